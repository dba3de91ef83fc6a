package org.todoku.backup.ship;

import java.time.Duration;
import org.todoku.backup.archive.Segment;

/**
 * When the next segment may be sent: about once an interval, and in a hurry up to {@value
 * Segment#WINDOW} at a time, spread over the time that a put takes, so whoever comes next never
 * waits for longer than a part of it.
 */
final class Turns {
    private static final Duration MARGIN = Duration.ofMillis(30);

    private final long intervalNanos;

    Turns(Duration interval) {
        this.intervalNanos = interval.toNanos();
    }

    /**
     * How long until then.
     *
     * @param sinceSent nanoseconds since the last one was sent
     */
    long nanos(PutWindow window, boolean hurry, long sinceSent) {
        if (window.size() >= (hurry ? Segment.WINDOW : 1)) {
            return Long.MAX_VALUE;
        }
        if (!hurry) {
            return intervalNanos - headStartNanos(window) - sinceSent;
        }
        return window.size() == 0 ? 0 : window.usualNanos() / Segment.WINDOW - sinceSent;
    }

    /**
     * What was committed right after a put began waits for the next one to begin and to end, and is
     * to be there within an interval all the same. At most a tenth of it, which is what it costs.
     */
    private long headStartNanos(PutWindow window) {
        return Math.min(window.usualNanos() + MARGIN.toNanos(), intervalNanos / 10);
    }
}
