package org.todoku.backup.volume;

/** How the data disk fares, judged by the forces of the log. */
public enum StorageState {
    NORMAL,
    SLOW,
    STALLED,
    /** Neither the disk nor the archive answers. */
    ISOLATED
}
