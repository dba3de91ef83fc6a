package org.todoku.appliance.web;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What the pages and the API tell about the machine room. Implemented by whoever watches storage
 * and archive; asked often, so it answers from memory and never waits.
 */
public interface SystemState {
    /** The state now. */
    Snapshot now();

    /**
     * One moment.
     *
     * @param epoch the writer's fencing number; 0 without an archive
     */
    record Snapshot(
            long epoch, Storage storage, Optional<Archive> archive, List<Standby> standbys) {
        public Snapshot {
            standbys = List.copyOf(standbys);
        }
    }

    /**
     * A second host that this one feeds, or did since its start.
     *
     * @param fed whether it is heard of now
     * @param counts whether a commit may rest on it
     * @param silentMillis how long ago it was last heard of
     * @param lagP50Millis from a commit here to its disk and back
     * @param trouble one line, where it may have what is nowhere else
     */
    record Standby(
            String host,
            boolean fed,
            boolean counts,
            long silentMillis,
            double lagP50Millis,
            double lagP99Millis,
            Optional<String> trouble) {}

    /**
     * The disk, as commits feel it.
     *
     * @param queuedBytes what the disk has not taken yet and memory holds
     * @param trouble one line, while it does not take what is written
     * @param device under it; empty where the kernel shows none
     */
    record Storage(
            Level level,
            double forceP99Millis,
            long queuedBytes,
            Optional<String> trouble,
            Optional<Device> device) {
        /** What stands beside the state while that is not normal. */
        public Optional<Device> evidence() {
            return level == Level.NORMAL ? Optional.empty() : device;
        }
    }

    /**
     * What the kernel says of a block device.
     *
     * @param verdict what it looks like
     * @param quietMillis for how long it has answered none of the requests that it has
     * @param line all of it in one line
     */
    record Device(
            String name,
            Verdict verdict,
            long inFlight,
            double perSecond,
            long quietMillis,
            String line) {}

    /** Whether a device with requests answers any of them, or has none. */
    enum Verdict {
        HANGS,
        WORKS,
        IDLE
    }

    /** How well the storage answers. */
    enum Level {
        NORMAL,
        SLOW,
        STALLED,
        ISOLATED
    }

    /** How this host stands to the archive. */
    enum Standing {
        /** It is the writer. */
        WRITER,
        /** The archive has not answered since the start: another host may be the writer. */
        NOT_ASKED,
        /** Another host is the writer. */
        ENDED
    }

    /**
     * The second place of every committed byte; {@code shippedInstant} is Derby's log instant.
     *
     * @param trouble one line, while it cannot be written
     * @param failedPuts how many puts failed since the start
     * @param expiryHeld one line, while nothing expires there
     */
    record Archive(
            Standing standing,
            Optional<String> trouble,
            long failedPuts,
            long lagBytes,
            long lagMillis,
            long shippedInstant,
            Optional<Instant> lastBase,
            Optional<Verified> verified,
            Optional<String> expiryHeld,
            Optional<Drilled> lastDrill) {}

    /**
     * What was found when the whole archive was read back last.
     *
     * @param problems how many things were wrong
     */
    record Verified(Instant at, int problems) {}

    /**
     * What the last drill came to.
     *
     * @param recoverySeconds how long it took until everything was back and checked
     * @param recoveryPointSeconds how old what came back was
     */
    record Drilled(
            Instant at, boolean passed, double recoverySeconds, double recoveryPointSeconds) {
        /** How long a drill counts. */
        public static final Duration COUNTS_FOR = Duration.ofDays(7);

        /** Whether the operator may rely on it. */
        public boolean counts(Instant now) {
            return passed && at.plus(COUNTS_FOR).isAfter(now);
        }
    }
}
