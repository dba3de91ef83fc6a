package org.todoku.backup.archive;

import java.util.List;
import org.todoku.backup.volume.LogChunk;
import org.todoku.backup.volume.LogPosition;

/**
 * A piece of the log as it lies in the archive.
 *
 * @param previous hash of the segment before it, in hex; of the fork point for an epoch's first
 * @param confirmed all segments of this epoch up to this number were in the archive when this one
 *     was made: where one of them is missing it was deleted
 * @param chunks in the order in which they were written, never empty
 * @param shipped RFC 3339, UTC: nothing in it was forced later than this
 * @param marks when parts of it were forced, ascending; there may be none
 */
public record Segment(
        long epoch,
        long sequence,
        String previous,
        long confirmed,
        String shipped,
        List<LogChunk> chunks,
        List<Mark> marks) {
    /**
     * How many segments may be on their way at a time: behind a segment that is missing there are
     * at most {@code WINDOW - 1} others.
     */
    public static final int WINDOW = 3;

    /**
     * Everything up to here was forced at this moment.
     *
     * @param at RFC 3339, UTC, by the writer's clock
     */
    public record Mark(LogPosition end, String at) {}

    public Segment {
        chunks = List.copyOf(chunks);
        marks = List.copyOf(marks);
        if (chunks.isEmpty() || sequence < 1) {
            throw new IllegalArgumentException("an empty segment, or one without a number");
        }
        if (confirmed < sequence - WINDOW || confirmed >= sequence) {
            throw new IllegalArgumentException("segment " + sequence + " confirms " + confirmed);
        }
    }

    /** A segment without marks. */
    public Segment(
            long epoch,
            long sequence,
            String previous,
            long confirmed,
            String shipped,
            List<LogChunk> chunks) {
        this(epoch, sequence, previous, confirmed, shipped, chunks, List.of());
    }

    public LogPosition start() {
        return chunks.getFirst().start();
    }

    public LogPosition end() {
        return chunks.getLast().end();
    }
}
