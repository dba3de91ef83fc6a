package org.todoku.backup.archive;

import com.google.crypto.tink.AccessesPartialKey;
import com.google.crypto.tink.Aead;
import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.aead.AeadConfig;
import com.google.crypto.tink.aead.AesGcmKey;
import com.google.crypto.tink.aead.AesGcmParameters;
import com.google.crypto.tink.util.SecretBytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.commons.codec.binary.Base32;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;

/**
 * The operator's key: 32 random bytes that wrap the keyset with which everything in the archive is
 * sealed. As text it is Base32 in groups of four with three check bytes, so that a typing error
 * shows before anything is tried with it. Its {@code toString} shows nothing.
 */
public final class ArchiveKey {
    private static final String LEAD = "todoku-key-1-";
    private static final int BYTES = 32;
    private static final int CHECK = 3;

    private final byte[] key;

    private ArchiveKey(byte[] key) {
        this.key = key;
    }

    public static ArchiveKey generate(SecureRandom random) {
        byte[] key = new byte[BYTES];
        random.nextBytes(key);
        return new ArchiveKey(key);
    }

    /** Reads the text form; spaces, line ends and case do not matter. */
    public static ArchiveKey parse(String text, String where) {
        String plain = text.replaceAll("\\s", "").toLowerCase(Locale.ROOT);
        byte[] bytes =
                plain.startsWith(LEAD)
                        ? new Base32()
                                .decode(
                                        plain.substring(LEAD.length())
                                                .replace("-", "")
                                                .toUpperCase(Locale.ROOT))
                        : new byte[0];
        if (bytes.length != BYTES + CHECK) {
            throw unreadable(where, "it does not hold a key that starts with " + LEAD);
        }
        byte[] key = Arrays.copyOf(bytes, BYTES);
        byte[] check = Arrays.copyOfRange(bytes, BYTES, BYTES + CHECK);
        if (!Arrays.equals(check, Arrays.copyOf(Sha256.of(key), CHECK))) {
            throw unreadable(where, "its check characters do not fit: a typing error");
        }
        return new ArchiveKey(key);
    }

    /** The key that {@link #words} wrote; of each word its first four letters are enough. */
    public static ArchiveKey ofWords(List<String> words, String where) {
        try {
            return new ArchiveKey(KeyWords.key(words));
        } catch (IllegalArgumentException e) {
            throw unreadable(where, String.valueOf(e.getMessage()));
        }
    }

    public static ArchiveKey read(Path file) {
        try {
            return parse(Files.readString(file, StandardCharsets.UTF_8), "key file " + file);
        } catch (IOException e) {
            throw new BackupException(
                    BackupFault.KEY_UNREADABLE,
                    "reading the archive key file " + file,
                    e.toString(),
                    "todoku setup creates it; on another host it comes from the recovery kit",
                    e);
        }
    }

    /** Writes a new file that only its owner may read; an existing one is never touched. */
    public void write(Path file) {
        try {
            var owner = PosixFilePermissions.fromString("rw-------");
            Files.createFile(file, PosixFilePermissions.asFileAttribute(owner));
            Files.writeString(file, text() + "\n", StandardOpenOption.SYNC);
        } catch (IOException e) {
            throw new BackupException(
                    BackupFault.KEY_UNREADABLE,
                    "writing the archive key file " + file,
                    e.toString(),
                    "does its folder exist, may this user write there?",
                    e);
        }
    }

    /** The key itself, for the key file and the recovery kit only. */
    public String text() {
        byte[] bytes = Arrays.copyOf(key, BYTES + CHECK);
        System.arraycopy(Sha256.of(key), 0, bytes, BYTES, CHECK);
        String base32 = new Base32().encodeAsString(bytes).toLowerCase(Locale.ROOT);
        return LEAD + base32.replaceAll("(.{4})(?!$)", "$1-");
    }

    /** The key as 24 words, for the recovery kit only. */
    public List<String> words() {
        return KeyWords.of(key);
    }

    /** The cipher that wraps the archive's keyset. */
    @AccessesPartialKey
    Aead wrapper() throws GeneralSecurityException {
        AeadConfig.register();
        AesGcmParameters parameters =
                AesGcmParameters.builder()
                        .setKeySizeBytes(BYTES)
                        .setIvSizeBytes(12)
                        .setTagSizeBytes(16)
                        .setVariant(AesGcmParameters.Variant.NO_PREFIX)
                        .build();
        AesGcmKey aes =
                AesGcmKey.builder()
                        .setParameters(parameters)
                        .setKeyBytes(SecretBytes.copyFrom(key, InsecureSecretKeyAccess.get()))
                        .build();
        return KeysetHandle.newBuilder()
                .addEntry(KeysetHandle.importKey(aes).withFixedId(1).makePrimary())
                .build()
                .getPrimitive(RegistryConfiguration.get(), Aead.class);
    }

    private static BackupException unreadable(String where, String why) {
        return new BackupException(
                BackupFault.KEY_UNREADABLE,
                "archive key in " + where,
                why,
                "compare it with the recovery kit, piece by piece");
    }

    @Override
    public String toString() {
        return "ArchiveKey(***)";
    }
}
