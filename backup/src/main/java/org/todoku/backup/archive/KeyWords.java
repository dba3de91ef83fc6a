package org.todoku.backup.archive;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bitcoinj.crypto.MnemonicCode;
import org.bitcoinj.crypto.MnemonicException;

/**
 * A key of 32 bytes as 24 English words with a checksum (BIP 39): what is read out over the
 * telephone at night, or typed off paper, with the fewest errors. Four letters tell each word.
 */
final class KeyWords {
    /** How many words a key has. */
    static final int COUNT = 24;

    private static final int LETTERS = 4;
    private static final MnemonicCode CODE = code();

    private KeyWords() {}

    static List<String> of(byte[] key) {
        return CODE.toMnemonic(key);
    }

    /**
     * The key that these words say; of each word its first four letters are enough.
     *
     * @throws IllegalArgumentException naming the word that is none, or saying that they do not fit
     *     together
     */
    static byte[] key(List<String> words) {
        List<String> known = new ArrayList<>();
        for (int i = 0; i < words.size(); i++) {
            known.add(known(words.get(i), i + 1));
        }
        try {
            return CODE.toEntropy(known);
        } catch (MnemonicException.MnemonicChecksumException e) {
            throw new IllegalArgumentException(
                    "each word is right, but they do not fit together: is one of them another, are"
                            + " two swapped?",
                    e);
        } catch (MnemonicException e) {
            throw new IllegalArgumentException(
                    "a key has " + COUNT + " words, these are " + words.size(), e);
        }
    }

    private static String known(String typed, int number) {
        String word = typed.toLowerCase(Locale.ROOT);
        for (String candidate : CODE.getWordList()) {
            boolean begins = word.length() >= LETTERS && candidate.startsWith(word);
            if (candidate.equals(word) || begins) {
                return candidate;
            }
        }
        throw new IllegalArgumentException(
                "word %d, '%s', is not one of the words".formatted(number, typed));
    }

    private static MnemonicCode code() {
        try {
            return new MnemonicCode();
        } catch (IOException e) {
            throw new IllegalStateException("the word list is missing in the program", e);
        }
    }
}
