package org.todoku.appliance.kernel;

/**
 * The one table of operating faults: things that go wrong without a bug in the program.
 *
 * <p>Number and code are stable: scripts, the manual and API clients rely on them. Append, never
 * renumber. Exit statuses: 1 failed, 2 wrong usage or configuration, 3 refused for safety.
 */
public enum Fault {
    INVALID_REQUEST(1, "invalid-request", false, 2, 400),
    UNAUTHORIZED(2, "unauthorized", false, 2, 401),
    FORBIDDEN(3, "forbidden", false, 2, 403),
    NOT_FOUND(4, "not-found", false, 1, 404),
    CONFLICT(5, "conflict", false, 1, 409),
    TOO_LARGE(6, "too-large", false, 1, 413),
    TOO_MANY_REQUESTS(7, "too-many-requests", true, 1, 429),
    STORAGE_UNAVAILABLE(20, "storage-unavailable", true, 1, 503),
    OUTCOME_UNKNOWN(21, "outcome-unknown", true, 1, 503),
    OVERLOADED(22, "overloaded", true, 1, 503),
    CONFIG_INVALID(40, "config-invalid", false, 2, 500),
    PORT_IN_USE(41, "port-in-use", false, 1, 500),
    DATA_DIR_IN_USE(42, "data-dir-in-use", false, 3, 500),
    DATA_DIR_UNWRITABLE(43, "data-dir-unwritable", false, 1, 500),
    SCHEMA_TOO_NEW(44, "schema-too-new", false, 3, 500),
    ARCHIVE_UNREACHABLE(60, "archive-unreachable", true, 1, 503),
    ARCHIVE_KEY_WRONG(61, "archive-key-wrong", false, 2, 500),
    FENCED(62, "fenced", false, 3, 503),
    ARCHIVE_DIFFERS(63, "archive-differs", false, 3, 500),
    PUBLISH_FAILED(64, "publish-failed", true, 1, 502),
    MAIL_REFUSED(80, "mail-refused", false, 1, 502),
    RELAY_UNREACHABLE(81, "relay-unreachable", true, 1, 503),
    MAILBOX_UNREACHABLE(82, "mailbox-unreachable", true, 1, 503);

    private final int number;
    private final String code;
    private final boolean retryable;
    private final int exitStatus;
    private final int httpStatus;

    Fault(int number, String code, boolean retryable, int exitStatus, int httpStatus) {
        this.number = number;
        this.code = code;
        this.retryable = retryable;
        this.exitStatus = exitStatus;
        this.httpStatus = httpStatus;
    }

    public int number() {
        return number;
    }

    public String code() {
        return code;
    }

    public boolean retryable() {
        return retryable;
    }

    public int exitStatus() {
        return exitStatus;
    }

    public int httpStatus() {
        return httpStatus;
    }
}
