package org.todoku.backup.fault;

/**
 * Every operating fault of this module. The number is stable and appears in messages as {@code
 * B101}; the exit status is what a command ends with (1 failed, 2 wrong usage or configuration, 3
 * refused for safety).
 */
public enum BackupFault {
    STORE_UNREACHABLE(101, true, 1),
    STORE_REFUSED(102, false, 1),
    STORE_UNFIT(103, false, 3),
    WRONG_LOCATION(104, false, 2),
    NO_ARCHIVE(110, false, 1),
    WRONG_KEY(111, false, 2),
    KEY_UNREADABLE(112, false, 2),
    OBJECT_MISSING(120, false, 3),
    OBJECT_DAMAGED(121, false, 3),
    LOG_NOT_CONTIGUOUS(122, false, 3),
    NO_BASE(123, false, 3),
    BEFORE_BASE_END(124, false, 3),
    FENCED(130, false, 3),
    CLAIM_LOST(131, false, 3),
    FORK(132, false, 3),
    HELD_ELSEWHERE(133, false, 3),
    TARGET_NOT_EMPTY(140, false, 3),
    DISK_FAILED(150, false, 1),
    DATABASE_FAILED(151, false, 1);

    private final int number;
    private final boolean retryable;
    private final int exitStatus;

    BackupFault(int number, boolean retryable, int exitStatus) {
        this.number = number;
        this.retryable = retryable;
        this.exitStatus = exitStatus;
    }

    public int number() {
        return number;
    }

    /** Whether the same call may succeed later without anybody changing anything. */
    public boolean retryable() {
        return retryable;
    }

    public int exitStatus() {
        return exitStatus;
    }

    /** The stable code, as in {@code log-not-contiguous}. */
    public String code() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
}
