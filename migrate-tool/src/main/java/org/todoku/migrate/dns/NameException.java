package org.todoku.migrate.dns;

/** A name that could not be looked at or changed: what, why, and a hint. */
public final class NameException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NameException(String what, String why, String hint) {
        super(what + ": " + why + ". Hint: " + hint);
    }

    NameException(String what, Exception cause, String hint) {
        super(what + ": " + cause + ". Hint: " + hint, cause);
    }
}
