package org.todoku.backup.volume;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How long the forces of the log took lately, and whether one is waiting now. Keeps the last 1,024
 * times; a reader never waits for a writer. The state of the storage is judged from it.
 */
public final class ForceTimes {
    private static final int KEPT = 1024;

    private final Duration stallAfter;
    private final long[] nanos = new long[KEPT];
    private final AtomicLong count = new AtomicLong();
    private volatile long runningSince;

    public ForceTimes(Duration stallAfter) {
        this.stallAfter = stallAfter;
    }

    void started() {
        runningSince = System.nanoTime() | 1;
    }

    void ended() {
        long took = System.nanoTime() - runningSince;
        runningSince = 0;
        nanos[(int) (count.getAndIncrement() % KEPT)] = took;
    }

    /** The 99th percentile of the last forces; zero before the first. */
    public Duration p99() {
        int filled = (int) Math.min(count.get(), KEPT);
        if (filled == 0) {
            return Duration.ZERO;
        }
        long[] sorted = Arrays.copyOf(nanos, filled);
        Arrays.sort(sorted);
        return Duration.ofNanos(sorted[Math.min(filled - 1, filled * 99 / 100)]);
    }

    /** Judged from the force that is waiting now, then from the last ones. */
    public StorageState state() {
        long since = runningSince;
        long waiting = since == 0 ? 0 : System.nanoTime() - since;
        if (waiting > stallAfter.toNanos()) {
            return StorageState.STALLED;
        }
        return p99().compareTo(stallAfter.dividedBy(2)) > 0
                ? StorageState.SLOW
                : StorageState.NORMAL;
    }
}
