package org.todoku.appliance.continuity;

import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.backup.fault.BackupException;

/** What a fault of the backup is called in the appliance: its own table, its own exit status. */
public final class ArchiveFaults {
    private ArchiveFaults() {}

    public static FaultException of(BackupException e) {
        return new FaultException(fault(e), "go on: " + e.what(), e.why(), e.hint(), e);
    }

    private static Fault fault(BackupException e) {
        return switch (e.fault()) {
            case STORE_UNREACHABLE, STORE_REFUSED -> Fault.ARCHIVE_UNREACHABLE;
            case WRONG_KEY, KEY_UNREADABLE -> Fault.ARCHIVE_KEY_WRONG;
            case WRONG_LOCATION -> Fault.CONFIG_INVALID;
            case FENCED, CLAIM_LOST -> Fault.FENCED;
            case STORE_UNFIT,
                    NO_ARCHIVE,
                    OBJECT_MISSING,
                    OBJECT_DAMAGED,
                    LOG_NOT_CONTIGUOUS,
                    NO_BASE,
                    BEFORE_BASE_END,
                    FORK,
                    HELD_ELSEWHERE,
                    TARGET_NOT_EMPTY ->
                    Fault.ARCHIVE_DIFFERS;
            case DISK_FAILED -> Fault.DATA_DIR_UNWRITABLE;
            case DATABASE_FAILED -> Fault.STORAGE_UNAVAILABLE;
        };
    }
}
