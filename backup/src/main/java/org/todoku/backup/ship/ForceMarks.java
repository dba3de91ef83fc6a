package org.todoku.backup.ship;

import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.todoku.backup.archive.Segment;
import org.todoku.backup.volume.LogPosition;

/**
 * When which part of the log was forced, for restores to a moment: a segment that had to wait for
 * the archive may hold an hour. A mark every 0.1 s at most; when {@value #LIMIT} wait to be shipped
 * every other is given up and they are made half as often. Called from committing threads: costs a
 * look at the clock.
 */
final class ForceMarks {
    private static final int LIMIT = 4096;
    private static final long SPACING = TimeUnit.MILLISECONDS.toNanos(100);

    private final InstantSource clock;
    private final Deque<Segment.Mark> marks = new ArrayDeque<>();
    private volatile long nextNanos = System.nanoTime();
    private long spacing = SPACING;

    ForceMarks(InstantSource clock) {
        this.clock = clock;
    }

    /** Everything up to here was forced now. */
    void note(LogPosition forced) {
        long now = System.nanoTime();
        if (now - nextNanos < 0) {
            return;
        }
        synchronized (this) {
            nextNanos = now + spacing;
            // Recovery writes a torn tail anew: what was said of it is void.
            while (!marks.isEmpty() && !marks.getLast().end().isBefore(forced)) {
                marks.removeLast();
            }
            marks.addLast(new Segment.Mark(forced, clock.instant().toString()));
            if (marks.size() >= LIMIT) {
                thin();
            }
        }
    }

    private void thin() {
        List<Segment.Mark> all = List.copyOf(marks);
        marks.clear();
        for (int i = 1; i < all.size(); i += 2) {
            marks.addLast(all.get(i));
        }
        spacing *= 2;
    }

    /** Hands out the marks of a segment; what lies before it came too late and is dropped. */
    synchronized List<Segment.Mark> take(LogPosition start, LogPosition end) {
        List<Segment.Mark> found = new ArrayList<>();
        while (!marks.isEmpty() && !marks.getFirst().end().isAfter(end)) {
            Segment.Mark mark = marks.removeFirst();
            if (mark.end().isAfter(start)) {
                found.add(mark);
            }
        }
        if (marks.isEmpty()) {
            spacing = SPACING;
        }
        return found;
    }
}
