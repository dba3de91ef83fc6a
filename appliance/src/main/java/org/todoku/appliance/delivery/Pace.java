package org.todoku.appliance.delivery;

import java.util.concurrent.TimeUnit;

/**
 * Spaces mails evenly so that a relay gets at most its rate, whatever number of connections.
 * Thread-safe.
 */
final class Pace {
    private final long gapNanos;
    private long next = System.nanoTime();

    Pace(double perSecond) {
        this.gapNanos = perSecond <= 0 ? 0 : (long) (1_000_000_000L / perSecond);
    }

    /** Waits for this mail's turn. */
    void await() throws InterruptedException {
        if (gapNanos == 0) {
            return;
        }
        long wait;
        synchronized (this) {
            long now = System.nanoTime();
            long turn = Math.max(now, next);
            next = turn + gapNanos;
            wait = turn - now;
        }
        TimeUnit.NANOSECONDS.sleep(wait);
    }
}
