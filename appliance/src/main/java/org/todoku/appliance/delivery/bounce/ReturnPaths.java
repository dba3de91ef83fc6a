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
    private static final String PURPOSE = "bounce";
    private static final String BEFORE = "+b";
    private static final int BASE = 36;

    /** RFC 5321 4.5.3.1.1. */
    private static final int MAX_LOCAL = 64;

    private final SignedTokens tokens;

    public ReturnPaths(SignedTokens tokens) {
        this.tokens = tokens;
    }

    /** The local part for a delivery; the organisation's own where that would be too long. */
    public String local(String slug, long delivery) {
        byte[] token = Base64.getUrlDecoder().decode(tokens.sign(PURPOSE, delivery));
        // A leading one, so that no zero bytes are lost.
        byte[] marked = new byte[token.length + 1];
        marked[0] = 1;
        System.arraycopy(token, 0, marked, 1, token.length);
        String local = slug + BEFORE + new BigInteger(marked).toString(BASE);
        return local.length() <= MAX_LOCAL ? local : slug;
    }

    /** The delivery that an address of ours names. */
    public Optional<Long> delivery(String address) {
        int at = address.lastIndexOf('@');
        String local = (at < 0 ? address : address.substring(0, at)).toLowerCase(Locale.ROOT);
        int mark = local.indexOf(BEFORE);
        if (mark < 0 || local.length() > MAX_LOCAL) {
            return Optional.empty();
        }
        String code = local.substring(mark + BEFORE.length());
        if (!code.matches("[0-9a-z]{8,60}")) {
            return Optional.empty();
        }
        byte[] marked = new BigInteger(code, BASE).toByteArray();
        byte[] token = Arrays.copyOfRange(marked, 1, marked.length);
        String text = Base64.getUrlEncoder().withoutPadding().encodeToString(token);
        return tokens.open(PURPOSE, text).filter(ids -> ids.length == 1).map(ids -> ids[0]);
    }
}
