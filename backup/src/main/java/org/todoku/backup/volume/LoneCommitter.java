package org.todoku.backup.volume;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tells when one thread alone commits, one force after the other, on a disk that is quick. Then the
 * hand-over between it and the drain costs more than the force: two sleeps and two wakes of a core
 * that had nothing else to do. So both turn for a moment instead of going to sleep at once.
 *
 * <p>With more committers turning takes the core from those who have work (docs/adr/0005), and on a
 * single core from the other side; then nobody turns. Costs, for a thread that commits now and
 * then: {@link #PAUSE_NANOS} of a core for each commit.
 */
final class LoneCommitter {
    /** How long the drain turns for the next force: as long as a short transaction works. */
    static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

    /** How long the committer turns for the answer; on a disk that needs longer it never does. */
    static final long FORCE_NANOS = TimeUnit.MICROSECONDS.toNanos(400);

    private static final int IN_A_ROW = 8;
    private static final boolean CORES = Runtime.getRuntime().availableProcessors() > 1;

    // Written by one committer at a time, Derby's flusher; read by the drain.
    private @Nullable Thread last;
    private int row;
    private volatile boolean alone;

    /** A force begins. */
    @SuppressWarnings("ReferenceEquality") // this very thread
    void begins() {
        Thread now = Thread.currentThread();
        row = now == last ? Math.min(row + 1, IN_A_ROW) : 0;
        last = now;
        boolean found = CORES && row >= IN_A_ROW;
        if (found != alone) {
            alone = found;
        }
    }

    /** A force took so long. */
    void ended(long nanos) {
        if (nanos > FORCE_NANOS) {
            row = 0;
        }
    }

    boolean isAlone() {
        return alone;
    }
}
