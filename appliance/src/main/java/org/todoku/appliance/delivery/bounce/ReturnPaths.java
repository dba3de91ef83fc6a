package org.todoku.appliance.delivery.bounce;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import org.todoku.appliance.account.SignedTokens;

/**
 * The address to which a mail comes back: it names the delivery and proves that we made it, so that
 * nobody can take a member out by a forged notice. Lower-case letters and digits only, because some
 * systems fold the case. Thread-safe.
 */
public final class ReturnPaths {
    private static final int BASE = 36;

    /** RFC 5321 4.5.3.1.1. */
    private static final int MAX_LOCAL = 64;

    private final SignedTokens tokens;
    private final String purpose;
    private final String before;

    public ReturnPaths(SignedTokens tokens) {
        this(tokens, "bounce", "+b");
    }

    private ReturnPaths(SignedTokens tokens, String purpose, String before) {
        this.tokens = tokens;
        this.purpose = purpose;
        this.before = before;
    }

    /**
     * Addresses of the same kind for what people answer: who writes to one has the mail of that
     * delivery before them.
     */
    public static ReturnPaths forAnswers(SignedTokens tokens) {
        return new ReturnPaths(tokens, "answer", "+r");
    }

    /** The local part for a delivery; the organisation's own where that would be too long. */
    public String local(String slug, long delivery) {
        byte[] token = Base64.getUrlDecoder().decode(tokens.sign(purpose, delivery));
        // A leading one, so that no zero bytes are lost.
        byte[] marked = new byte[token.length + 1];
        marked[0] = 1;
        System.arraycopy(token, 0, marked, 1, token.length);
        String local = slug + before + new BigInteger(marked).toString(BASE);
        return local.length() <= MAX_LOCAL ? local : slug;
    }

    /** The delivery that an address of ours names. */
    public Optional<Long> delivery(String address) {
        int at = address.lastIndexOf('@');
        String local = (at < 0 ? address : address.substring(0, at)).toLowerCase(Locale.ROOT);
        int mark = local.indexOf(before);
        if (mark < 0 || local.length() > MAX_LOCAL) {
            return Optional.empty();
        }
        String code = local.substring(mark + before.length());
        if (!code.matches("[0-9a-z]{8,60}")) {
            return Optional.empty();
        }
        byte[] marked = new BigInteger(code, BASE).toByteArray();
        byte[] token = Arrays.copyOfRange(marked, 1, marked.length);
        String text = Base64.getUrlEncoder().withoutPadding().encodeToString(token);
        return tokens.open(purpose, text).filter(ids -> ids.length == 1).map(ids -> ids[0]);
    }
}
