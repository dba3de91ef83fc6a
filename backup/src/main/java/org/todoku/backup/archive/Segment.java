package org.todoku.backup.archive;

import java.util.List;
import org.todoku.backup.volume.LogChunk;
import org.todoku.backup.volume.LogPosition;

/**
 * A piece of the log as it lies in the archive.
 *
 * @param previous hash of the segment before it, in hex; of the fork point for an epoch's first
 * @param chunks in the order in which they were written, never empty
 * @param shipped RFC 3339, UTC: nothing in it was forced later than this
 */
public record Segment(
        long epoch, long sequence, String previous, String shipped, List<LogChunk> chunks) {
    public Segment {
        chunks = List.copyOf(chunks);
        if (chunks.isEmpty() || sequence < 1) {
            throw new IllegalArgumentException("an empty segment, or one without a number");
        }
    }

    public LogPosition start() {
        return chunks.getFirst().start();
    }

    public LogPosition end() {
        return chunks.getLast().end();
    }
}
