package org.todoku.backup;

/** What must hold the bytes of a commit before it returns. */
public enum ForcePolicy {
    /** The local disk. */
    LOCAL,
    /** The local disk; while that is stalled, the archive is enough. */
    LOCAL_OR_ARCHIVE,
    /** The local disk and the archive. */
    LOCAL_AND_ARCHIVE
}
