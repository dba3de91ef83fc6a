package org.todoku.backup.archive;

import java.util.Objects;

/**
 * {@code todoku-archive.json}: written once, readable by anybody, believed with its mac.
 *
 * @param format version of the archive format
 * @param keyset the archive's keyset, wrapped by the operator's key
 * @param created RFC 3339, UTC
 */
record ArchiveInfo(int format, String archiveId, String created, String keyset) {
    ArchiveInfo {
        // A name in the JSON that was changed leaves them out.
        Objects.requireNonNull(archiveId, "archiveId");
        Objects.requireNonNull(keyset, "keyset");
    }
}
