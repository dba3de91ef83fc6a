package org.todoku.backup.volume;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** The last {@value #KEPT} lags that were seen. Thread-safe. */
public final class Lags {
    private static final int KEPT = 1_000;

    private final Deque<Duration> lags = new ArrayDeque<>();

    /** A negative one counts as none: the clocks of two hosts differ. */
    public synchronized void add(Duration lag) {
        if (lags.size() == KEPT) {
            lags.removeFirst();
        }
        lags.addLast(lag.isNegative() ? Duration.ZERO : lag);
    }

    /** Zero when there was none yet. */
    public synchronized Duration percentile(int percent) {
        if (lags.isEmpty()) {
            return Duration.ZERO;
        }
        Duration[] sorted = lags.stream().sorted().toArray(Duration[]::new);
        int index = (int) Math.ceil(sorted.length * percent / 100.0) - 1;
        return sorted[Math.clamp(index, 0, sorted.length - 1)];
    }
}
