package org.todoku.backup.volume;

import java.time.Duration;

/**
 * The archive as the volume sees it: receives the log as Derby writes it and says when it is
 * durable there. {@link #written} and {@link #forced} come in the order of the writes, from Derby's
 * own threads and under its locks: they never block and never throw.
 *
 * <p>The bytes come before the local disk has them, so that a stalled disk does not stall the
 * archive. The archive may therefore be ahead of the local log after a crash; the catch-up before
 * the next boot makes that harmless.
 */
public interface LogTap {
    /** A tap that nobody listens to: no archive is configured. */
    LogTap NONE =
            new LogTap() {
                @Override
                public void written(LogPosition at, byte[] bytes) {}

                @Override
                public LogPosition forced() {
                    return new LogPosition(0, 0);
                }

                @Override
                public void hurry() {}

                @Override
                public boolean awaitShipped(LogPosition upTo, Duration timeout) {
                    return false;
                }

                @Override
                public boolean isOver() {
                    return false;
                }
            };

    /**
     * These bytes were written at this position; they are not yet durable anywhere.
     *
     * @param bytes may be kept as they are: nobody changes them any more
     */
    void written(LogPosition at, byte[] bytes);

    /**
     * Derby wants everything written before to be durable: from now on it may be shipped.
     *
     * @return how far that is, for {@link #awaitShipped}
     */
    LogPosition forced();

    /**
     * Somebody waits for the archive: what was forced is shipped without waiting for the interval.
     */
    void hurry();

    /** Waits until the archive has everything up to there; false when the time is over first. */
    boolean awaitShipped(LogPosition upTo, Duration timeout);

    /**
     * Waits until a standby has everything up to there on its disk, if one is there; at once false
     * where none is that counts.
     */
    default boolean awaitHeld(LogPosition upTo, Duration timeout) {
        return false;
    }

    /** Whether a standby is there that counts. */
    default boolean isFollowed() {
        return false;
    }

    /** Nothing will be shipped any more: this host was fenced out, or the shipper was stopped. */
    boolean isOver();
}
