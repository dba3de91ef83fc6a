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

    /** The most of an interval that a put may be early; what it costs is puts. */
    private static final int EARLY = 20;

    private final long intervalNanos;

    Turns(Duration interval) {
        this.intervalNanos = interval.toNanos();
    }

    /**
     * How long until then.
     *
     * @param underWay how many are on their way
     * @param usualNanos how long a put takes
     * @param sinceSent nanoseconds since the last one was sent
     */
    long nanos(int underWay, long usualNanos, boolean hurry, long sinceSent) {
        if (underWay >= (hurry ? Segment.WINDOW : 1)) {
            return Long.MAX_VALUE;
        }
        if (!hurry) {
            return intervalNanos - headStartNanos(usualNanos) - sinceSent;
        }
        return underWay == 0 ? 0 : usualNanos / Segment.WINDOW - sinceSent;
    }

    /**
     * What was committed right after a put began waits for the next one to begin and to end, and is
     * to be there within an interval all the same. At most a twentieth of it: so there are never
     * more than 1.053 puts an interval, and what a slower put takes longer the archive is behind.
     */
    private long headStartNanos(long usualNanos) {
        return Math.min(usualNanos + MARGIN.toNanos(), intervalNanos / EARLY);
    }
}
