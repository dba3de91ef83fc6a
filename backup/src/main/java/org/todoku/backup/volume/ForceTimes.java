package org.todoku.backup.volume;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How long the local disk took for the forces of the log lately: the last 1,024 of the last five
 * seconds. Nobody waits for anybody here; a reader may miss the time that is just being noted.
 */
public final class ForceTimes {
    private static final int KEPT = 1024;
    private static final long RECENT_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final long[] ended = new long[KEPT];
    private final long[] nanos = new long[KEPT];
    private final AtomicLong count = new AtomicLong();

    void ended(Force force) {
        int slot = (int) (count.get() % KEPT);
        long now = System.nanoTime();
        nanos[slot] = now - force.startedNanos();
        ended[slot] = now;
        count.incrementAndGet();
    }

    /** The 99th percentile of the last forces; zero when there were none lately. */
    public Duration p99() {
        int filled = (int) Math.min(count.get(), KEPT);
        long since = System.nanoTime() - RECENT_NANOS;
        long[] recent = new long[filled];
        int found = 0;
        for (int i = 0; i < filled; i++) {
            if (ended[i] - since > 0) {
                recent[found++] = nanos[i];
            }
        }
        if (found == 0) {
            return Duration.ZERO;
        }
        Arrays.sort(recent, 0, found);
        return Duration.ofNanos(recent[Math.min(found - 1, found * 99 / 100)]);
    }
}
