package org.todoku.backup.archive;

import java.util.Objects;
import java.util.Optional;
import org.todoku.backup.objects.ObjectStore;

/**
 * {@code todoku-archive.json}: written once, readable by anybody, believed with its mac.
 *
 * @param format version of the archive format
 * @param keyset the archive's keyset, wrapped by the operator's key
 * @param created RFC 3339, UTC
 */
public record ArchiveInfo(int format, String archiveId, String created, String keyset) {
    public ArchiveInfo {
        // A name in the JSON that was changed leaves them out.
        Objects.requireNonNull(archiveId, "archiveId");
        Objects.requireNonNull(keyset, "keyset");
    }

    /** The id of the archive that lies in a store, as it says itself; empty when there is none. */
    public static Optional<String> idAt(ObjectStore store) {
        return store.get(Archive.INFO)
                .map(content -> Archive.parse(Archive.INFO, content, ArchiveInfo.class))
                .map(ArchiveInfo::archiveId);
    }
}
