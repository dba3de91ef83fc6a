package org.todoku.appliance.web;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * The token in each form that shows that the form is ours. It is a hash of a cookie which another
 * site can neither read nor set, so nothing has to be kept, and a restart or a move to another host
 * leaves open forms valid.
 */
public final class FormToken {
    /** The form field. */
    public static final String FIELD = "csrf";

    private static final String PURPOSE = "todoku form:";

    private FormToken() {}

    /** A fresh value for the cookie of a visitor who is not signed in. */
    public static String freshSeed(SecureRandom random) {
        byte[] bytes = new byte[18];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** The token that belongs to a cookie's value. */
    public static String of(String cookieValue) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            byte[] hash = sha.digest((PURPOSE + cookieValue).getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(hash).substring(0, 32);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Refuses a form that does not carry the token of this cookie. */
    public static void check(String cookieValue, Form form) {
        byte[] expected = of(cookieValue).getBytes(StandardCharsets.US_ASCII);
        byte[] given = form.text(FIELD).getBytes(StandardCharsets.UTF_8);
        if (!MessageDigest.isEqual(expected, given)) {
            throw Problem.of(403, "form-expired", "The form is too old or not ours.");
        }
    }
}
