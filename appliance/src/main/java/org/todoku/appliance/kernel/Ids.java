package org.todoku.appliance.kernel;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/**
 * Makes the ids of rows: milliseconds, then 20 bits that start at random and count on.
 *
 * <p>Thread-safe. Ids of one process rise strictly even when the clock goes back. Two hosts that by
 * mistake run at once after a takeover are kept apart by the random start, not by a sequence in the
 * database, which a restore would set back.
 */
public final class Ids {
    private static final int COUNTER_BITS = 20;

    private static final Duration AFTER_RESTORE = Duration.ofMinutes(10);

    private final InstantSource clock;
    private final RandomGenerator random;
    private final AtomicLong last = new AtomicLong();

    public Ids(InstantSource clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    /** From here on all ids are larger than this one, whatever the clock says. */
    public void startAbove(long id) {
        last.accumulateAndGet(id, Math::max);
    }

    /**
     * As {@link #startAbove}, after a restore: rows that were made behind the restored state are
     * gone, but their ids are known outside, so it leaves room for ten minutes of them: the clock
     * of this host may be behind.
     */
    public void jumpAbove(long id) {
        startAbove(id + (AFTER_RESTORE.toMillis() << COUNTER_BITS));
    }

    /** When an id was made, by the clock of the host that made it. */
    public static Instant made(long id) {
        return Instant.ofEpochMilli(id >>> COUNTER_BITS);
    }

    /** A new id, larger than all before it. */
    public long next() {
        // Half of the counter's range is left above the random start: 524,288 ids within one
        // millisecond.
        long fresh = clock.millis() << COUNTER_BITS | random.nextInt(1 << (COUNTER_BITS - 1));
        return last.updateAndGet(before -> Math.max(before + 1, fresh));
    }

    /** Reads an id from a URL or JSON, where it is a decimal string; empty when it is none. */
    public static OptionalLong parse(String text) {
        if (text.isEmpty()
                || text.length() > 19
                || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(Long.parseLong(text));
        } catch (NumberFormatException tooLarge) {
            return OptionalLong.empty();
        }
    }
}
