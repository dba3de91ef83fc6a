package org.todoku.backup.restore;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** The last {@value #KEPT} lags that were seen. Thread-safe. */
final class Lags {
    private static final int KEPT = 1_000;

    private final Deque<Long> millis = new ArrayDeque<>();

    synchronized void add(Duration lag) {
        if (millis.size() == KEPT) {
            millis.removeFirst();
        }
        // The clocks of two hosts differ.
        millis.addLast(Math.max(0, lag.toMillis()));
    }

    /** Zero when there was none yet. */
    synchronized Duration percentile(int percent) {
        if (millis.isEmpty()) {
            return Duration.ZERO;
        }
        long[] sorted = millis.stream().mapToLong(Long::longValue).sorted().toArray();
        int index = (int) Math.ceil(sorted.length * percent / 100.0) - 1;
        return Duration.ofMillis(sorted[Math.clamp(index, 0, sorted.length - 1)]);
    }
}
