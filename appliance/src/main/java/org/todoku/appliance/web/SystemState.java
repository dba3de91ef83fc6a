package org.todoku.appliance.web;

import java.time.Instant;
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
    record Snapshot(long epoch, Storage storage, Optional<Archive> archive) {}

    /** The disk, as commits feel it. */
    record Storage(Level level, double forceP99Millis) {}

    /** How well the storage answers. */
    enum Level {
        NORMAL,
        SLOW,
        STALLED,
        ISOLATED
    }

    /** The second place of every committed byte; {@code shippedInstant} is Derby's log instant. */
    record Archive(
            long lagBytes,
            long lagMillis,
            long shippedInstant,
            Optional<Instant> lastBase,
            Optional<Instant> lastDrill) {}
}
