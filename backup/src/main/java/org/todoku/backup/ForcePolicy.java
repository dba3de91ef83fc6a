package org.todoku.backup;

/** What must hold the bytes of a commit before it returns. */
public enum ForcePolicy {
    /** The local disk. */
    LOCAL,
    /** The local disk; while that is stalled, the archive or a standby is enough. */
    LOCAL_OR_ARCHIVE,
    /** The local disk and the archive. */
    LOCAL_AND_ARCHIVE,
    /**
     * The local disk and a standby. The archive takes the place of whichever of the two does not
     * answer: two of the three have what is confirmed, or nothing is.
     */
    LOCAL_AND_STANDBY
}
