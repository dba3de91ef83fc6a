package org.todoku.backup.archive;

import java.util.List;

/**
 * The bases of an archive.
 *
 * @param bases those that are complete, oldest first
 * @param unreadable one line for each whose manifest is there and cannot be read
 */
public record BaseCatalogue(List<BaseManifest> bases, List<String> unreadable) {
    public BaseCatalogue {
        bases = List.copyOf(bases);
        unreadable = List.copyOf(unreadable);
    }
}
