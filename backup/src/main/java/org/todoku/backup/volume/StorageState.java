package org.todoku.backup.volume;

/** How the data disk fares, judged by what the drain waits for and by the forces of the log. */
public enum StorageState {
    /** It answers as it should. */
    NORMAL,
    /** It answers, but the slowest forces take longer than half of {@code stall-after}. */
    SLOW,
    /**
     * It has not answered for {@code stall-after}, or takes nothing more; commits need the archive.
     */
    STALLED,
    /** Neither the disk nor the archive answers: nothing can be confirmed. */
    ISOLATED
}
