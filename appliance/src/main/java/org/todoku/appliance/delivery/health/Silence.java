package org.todoku.appliance.delivery.health;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Notices when nothing leaves although mails wait. Whoever is quiet because there is nothing to say
 * is not silent. Not thread-safe.
 */
final class Silence {
    /** A relay that is down for a moment, or a carrier that puts off, is no silence yet. */
    static final Duration LONG = Duration.ofMinutes(10);

    private @Nullable Instant since;
    private long lastHandedOver = -1;

    /**
     * One look.
     *
     * @param waiting mails that could leave now
     * @param handedOver how many relays have taken since the start; refusals break no silence
     * @return since when nothing has left, when that is long
     */
    Optional<Instant> look(Instant now, long waiting, long handedOver) {
        Instant begun = since;
        if (waiting == 0) {
            since = null;
        } else if (begun == null || handedOver != lastHandedOver) {
            since = now;
        } else if (!now.isBefore(begun.plus(LONG))) {
            return Optional.of(begun);
        }
        lastHandedOver = handedOver;
        return Optional.empty();
    }
}
