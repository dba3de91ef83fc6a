package org.todoku.backup.volume;

import java.nio.file.Path;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/** What the queue holds, in the order in which Derby asked for it. */
sealed interface Operation {
    /** What an operation weighs in memory beside its bytes, about. */
    long WEIGHT = 96;

    default long weight() {
        return WEIGHT;
    }

    /** Makes an empty file, or empties the one there. */
    record Create(Node node, Path path) implements Operation {}

    /**
     * Bytes for a file.
     *
     * @param bytes not copied again: nobody changes them
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Write(Node node, long at, byte[] bytes) implements Operation {
        @Override
        public long weight() {
            return WEIGHT + bytes.length;
        }

        long end() {
            return at + bytes.length;
        }
    }

    /** Cuts a file, or makes it longer. */
    record SetLength(Node node, long length) implements Operation {}

    /** A barrier; with a force somebody waits for it. */
    record Sync(Node node, @Nullable Force force) implements Operation {}

    record MakeFolder(Path path) implements Operation {}

    record Delete(@Nullable Node node, Path path) implements Operation {}

    record Rename(Node node, Path from, Path to) implements Operation {}

    record KeepPrivate(@Nullable Node node, Path path) implements Operation {}

    /** Something that is not part of the ordered content: a lock of a file, the end of a wait. */
    record Call(FutureTask<?> task) implements Operation {}
}
