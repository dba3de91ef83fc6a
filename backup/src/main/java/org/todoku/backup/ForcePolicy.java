package org.todoku.backup;

/** What must hold the bytes of a commit before it returns. */
public enum ForcePolicy {
    /** The local disk. */
    LOCAL,
    /** The local disk; this volume writes through, so the archive cannot yet stand in for it. */
    LOCAL_OR_ARCHIVE,
    /** The local disk and the archive. */
    LOCAL_AND_ARCHIVE
}
