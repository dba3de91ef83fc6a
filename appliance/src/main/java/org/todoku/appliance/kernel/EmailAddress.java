package org.todoku.appliance.kernel;

import java.net.IDN;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One mail address, as people in Japan really have them.
 *
 * <p>docomo and au gave out local parts such as {@code abc..def.} until 2009 and their owners kept
 * them, so a local part that breaks RFC 5321's dot-atom is accepted, quoted or raw. Control
 * characters, spaces and line ends are not: nothing accepted here can inject a header or an SMTP
 * command.
 *
 * @param local the local part, unquoted, with the case it was given in
 * @param domain the domain, lower case, international names in their ASCII form
 */
public record EmailAddress(String local, String domain) {
    /** RFC 5321 4.5.3.1.3: a path has 256 octets with its angle brackets. */
    private static final Pattern ANY_ADDRESS =
            Pattern.compile("(?:\"[^\"\\s]*\"|[^\\s<>\"(),:;]+)@([\\w.-]+)");

    private static final int MAX_LENGTH = 254;

    /** RFC 5321 4.5.3.1.1. */
    private static final int MAX_LOCAL = 64;

    private static final Pattern PRINTABLE = Pattern.compile("[\\x21-\\x7e]+");
    private static final Pattern DOT_ATOM =
            Pattern.compile("[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*");
    private static final Pattern DOMAIN =
            Pattern.compile(
                    "([a-z0-9_]([a-z0-9_-]*[a-z0-9])?\\.)+[a-z0-9]([a-z0-9-]*[a-z0-9])?|localhost");

    /** Checks both parts. Bad input from outside goes through {@link #parse}. */
    public EmailAddress {
        if (!PRINTABLE.matcher(local).matches() || local.length() > MAX_LOCAL) {
            throw new IllegalArgumentException(
                    "local part is not printable ASCII of 1 to 64 characters");
        }
        if (local.contains("@") || local.contains("<") || local.contains(">")) {
            throw new IllegalArgumentException("local part holds @, < or >");
        }
        if (!DOMAIN.matcher(domain).matches()) {
            throw new IllegalArgumentException("domain is not a host name with a dot");
        }
        if (quoteIfNeeded(local).length() + 1 + domain.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("longer than " + MAX_LENGTH + " characters");
        }
    }

    /**
     * Reads an address typed by a person or met in mail; empty when it is none. Full-width forms
     * are folded.
     */
    public static Optional<EmailAddress> parse(String text) {
        if (text.length() > 4 * MAX_LENGTH) {
            return Optional.empty();
        }
        String folded = Normalizer.normalize(text, Normalizer.Form.NFKC).strip();
        int at = folded.lastIndexOf('@');
        if (at <= 0) {
            return Optional.empty();
        }
        try {
            String domain = IDN.toASCII(folded.substring(at + 1)).toLowerCase(Locale.ROOT);
            return Optional.of(new EmailAddress(unquote(folded.substring(0, at)), domain));
        } catch (IllegalArgumentException notAnAddress) {
            return Optional.empty();
        }
    }

    /** Like {@link #parse} for text that must be an address; refuses it as an invalid request. */
    public static EmailAddress of(String text) {
        return parse(text)
                .orElseThrow(
                        () ->
                                new FaultException(
                                        Fault.INVALID_REQUEST,
                                        "read the mail address",
                                        "it is not of the form name@domain",
                                        "check the address for missing or extra characters"));
    }

    /** For comparing: unquoted and lower case, so that the same person does not join twice. */
    public String key() {
        return (local + "@" + domain).toLowerCase(Locale.ROOT);
    }

    /** For envelopes and headers: the local part quoted when it breaks the dot-atom rule. */
    public String smtp() {
        return quoteIfNeeded(local) + "@" + domain;
    }

    /** The same unquoted, whatever the rule: some receivers know such addresses only so. */
    public String raw() {
        return local + "@" + domain;
    }

    /** Whether the local part keeps to the dot-atom rule (RFC 5321 4.1.2). */
    public boolean isRegular() {
        return DOT_ATOM.matcher(local).matches();
    }

    @Override
    public String toString() {
        return smtp();
    }

    private static String quoteIfNeeded(String local) {
        return DOT_ATOM.matcher(local).matches()
                ? local
                : '"' + local.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private static String unquote(String local) {
        if (local.length() < 2 || !local.startsWith("\"") || !local.endsWith("\"")) {
            return local;
        }
        return local.substring(1, local.length() - 1).replaceAll("\\\\(.)", "$1");
    }

    /**
     * A text for people, with the local part of every mail address in it left out: administrators
     * are not shown the members' addresses, also not in what a relay answered.
     */
    public static String masked(String text) {
        return ANY_ADDRESS.matcher(text).replaceAll("***@$1");
    }
}
