package org.todoku.backup.archive;

import java.util.List;
import java.util.Optional;

/**
 * What somebody found who read everything back.
 *
 * @param checked RFC 3339, UTC
 * @param by the host that did it, for people
 * @param bases those that were read and are whole, with all that lies under them
 * @param upTo the last segment of the chain that was read; empty when there was none
 * @param segments how many segments were read
 * @param bytes read from the store
 * @param unfinished bases without a manifest: begun and interrupted, or deleted in part. Nothing is
 *     restored from them, so they are no problem by themselves
 * @param problems one line each; empty when all is well
 */
public record Verification(
        String checked,
        String by,
        List<String> bases,
        Optional<ForkPoint> upTo,
        long segments,
        long bytes,
        List<String> unfinished,
        List<String> problems) {
    public Verification {
        bases = List.copyOf(bases);
        unfinished = List.copyOf(unfinished);
        problems = List.copyOf(problems);
    }

    /** Whether everything could be read and fits together. */
    public boolean isWhole() {
        return problems.isEmpty();
    }
}
