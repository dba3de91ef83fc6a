package org.todoku.appliance.store;

/** A row with this unique key exists. Features expect it and turn it into an outcome of theirs. */
public final class DuplicateKeyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DuplicateKeyException(Throwable cause) {
        super("a row with this unique key exists", cause);
    }
}
