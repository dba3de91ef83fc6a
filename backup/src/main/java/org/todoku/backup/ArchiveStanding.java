package org.todoku.backup;

/** How this host stands to the archive. */
public enum ArchiveStanding {
    /** It claimed the newest epoch that it knows of: it is the writer. */
    WRITER,
    /**
     * It was the last writer that it knows of, but the archive did not answer at its start. If the
     * service was moved, this host must not be used.
     */
    NOT_ASKED,
    /** Another host is the writer, or the archive has gone on without this one: never again. */
    ENDED
}
