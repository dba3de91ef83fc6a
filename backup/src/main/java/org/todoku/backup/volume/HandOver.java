package org.todoku.backup.volume;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How a committer and the drain wait for each other. On a disk that is quick, going to sleep and
 * being woken costs more than the force itself, on both sides, and the disk does nothing in that
 * time. So both stay up for a moment before they sleep:
 *
 * <ul>
 *   <li>one thread alone commits, one force after the other: they turn, awake;
 *   <li>several commit: they stay up, but give the core to whoever has work ({@link Thread#yield});
 *       with 16 committers on two cores that is the difference between 0.7 and 1.1 of plain Derby,
 *       where turning would take the core from them (docs/adr/0005);
 *   <li>the disk is not quick: they sleep at once.
 * </ul>
 *
 * <p>Costs, for a commit now and then: {@link #DRAIN_ALONE_NANOS} of a core that has nothing else
 * to do. Thread-safe.
 */
final class HandOver {
    private static final long DRAIN_ALONE_NANOS = TimeUnit.MICROSECONDS.toNanos(100);
    private static final long FORCE_ALONE_NANOS = TimeUnit.MICROSECONDS.toNanos(400);

    /** Measured: longer is worse when others compete for the cores. */
    private static final long DRAIN_NANOS = TimeUnit.MICROSECONDS.toNanos(60);

    private static final long FORCE_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

    /** A force that takes longer, with its waiting in line, was not worth staying up for. */
    private static final long QUICK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private static final int IN_A_ROW = 8;
    private static final boolean CORES = Runtime.getRuntime().availableProcessors() > 1;

    private enum Way {
        SLEEPING,
        YIELDING,
        TURNING
    }

    // Written by one committer at a time, Derby's flusher; read by the drain.
    private @Nullable Thread last;
    private int sameInARow;
    private int slowInARow;
    private volatile Way way = Way.SLEEPING;

    /** A force begins, on the thread that will wait for it. */
    @SuppressWarnings("ReferenceEquality") // this very thread
    void begins() {
        Thread now = Thread.currentThread();
        sameInARow = now == last ? Math.min(sameInARow + 1, IN_A_ROW) : 0;
        last = now;
        Way found = Way.SLEEPING;
        if (CORES && slowInARow < IN_A_ROW) {
            found = sameInARow >= IN_A_ROW ? Way.TURNING : Way.YIELDING;
        }
        if (found != way) {
            way = found;
        }
    }

    /** A force took so long. */
    void ended(long nanos) {
        if (nanos > FORCE_ALONE_NANOS) {
            sameInARow = 0;
        }
        slowInARow = nanos > QUICK_NANOS ? Math.min(slowInARow + 1, IN_A_ROW) : 0;
    }

    /** The drain stays up until something comes, for a moment at most. */
    void awaitNext(BooleanSupplier came) {
        stayUp(came, DRAIN_ALONE_NANOS, DRAIN_NANOS);
    }

    /** The committer stays up until its force is answered, for a moment at most. */
    void awaitAnswer(BooleanSupplier answered) {
        stayUp(answered, FORCE_ALONE_NANOS, FORCE_NANOS);
    }

    @SuppressWarnings("ThreadPriorityCheck") // a hint is all that it needs to be: a sleep follows
    private void stayUp(BooleanSupplier over, long turning, long yielding) {
        Way chosen = way;
        long most =
                switch (chosen) {
                    case SLEEPING -> 0;
                    case YIELDING -> yielding;
                    case TURNING -> turning;
                };
        long since = System.nanoTime();
        while (!over.getAsBoolean() && System.nanoTime() - since < most) {
            if (chosen == Way.TURNING) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
    }
}
