package org.todoku.migrate;

import java.time.Duration;

/**
 * Whether the old host may be taken for dead: a pure judge of what is seen again and again, on this
 * host's own monotonic clock. It must have shown no sign of life, neither in the archive nor on its
 * own address, for a whole time without a break, in which each witness answered each time and this
 * host was ready and not asleep itself. Anything else begins the time anew.
 *
 * <p>It decides only when to try. That never two hosts write is for the seal and the claim in the
 * archive, whatever this judges. Not thread-safe.
 */
final class Silence {
    /** Between two looks: whoever was stopped for longer does not know what happened meanwhile. */
    private static final Duration ASLEEP = Duration.ofSeconds(5);

    private final Duration needed;
    private long sinceNanos;
    private long lookedNanos;

    /**
     * Begins to judge.
     *
     * @param needed how long it must be silent
     * @param nowNanos of a clock that only goes forward
     */
    Silence(Duration needed, long nowNanos) {
        this.needed = needed;
        this.sinceNanos = nowNanos;
        this.lookedNanos = nowNanos;
    }

    /**
     * What was seen in one look.
     *
     * @param archiveMoved something new came into the archive, a heartbeat or a segment
     * @param oldAnswers the old host answered at its own address
     * @param witnessesAnswer all of them, so that this host is not the one that is cut off
     * @param ready this standby has all that there is
     */
    record Seen(boolean archiveMoved, boolean oldAnswers, boolean witnessesAnswer, boolean ready) {
        boolean isSilent() {
            return !archiveMoved && !oldAnswers && witnessesAnswer && ready;
        }
    }

    /** Takes a look into account; whether it has been silent for long enough. */
    boolean isLongEnough(Seen seen, long nowNanos) {
        boolean slept = nowNanos - lookedNanos > ASLEEP.toNanos();
        lookedNanos = nowNanos;
        if (slept || !seen.isSilent()) {
            sinceNanos = nowNanos;
            return false;
        }
        return nowNanos - sinceNanos >= needed.toNanos();
    }

    Duration soFar(long nowNanos) {
        return Duration.ofNanos(nowNanos - sinceNanos);
    }
}
