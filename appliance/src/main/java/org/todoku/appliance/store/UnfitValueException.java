package org.todoku.appliance.store;

/** A value does not fit its column, by its length or kind. */
public final class UnfitValueException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnfitValueException(Throwable cause) {
        super("a value does not fit its column", cause);
    }

    /** The database's own words. */
    public String why() {
        Throwable cause = getCause();
        return cause == null ? "" : String.valueOf(cause.getMessage());
    }
}
