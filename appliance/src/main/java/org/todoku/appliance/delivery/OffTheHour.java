package org.todoku.appliance.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.message.NewMessage;

/**
 * Whoever plans says "at eight", and all say so: the carriers are crowded at every full hour, and
 * docomo asks to stay away from it. So what is not urgent and planned for a full hour leaves a few
 * minutes later: two to seven, by organisation.
 */
public final class OffTheHour {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final long FIRST_SECONDS = 120;
    private static final long SECONDS = 300;

    private OffTheHour() {}

    /** When a message for this time leaves. */
    public static Instant of(OrganisationId organisation, Instant planned) {
        if (planned.toEpochMilli() % HOUR.toMillis() != 0) {
            return planned;
        }
        return planned.plusSeconds(
                FIRST_SECONDS + Math.floorMod(Long.hashCode(organisation.value()), SECONDS));
    }

    /** The message itself where it is urgent, has no time, or would be late then. */
    static NewMessage of(OrganisationId organisation, NewMessage message) {
        Optional<Instant> later = message.sendAt().map(planned -> of(organisation, planned));
        boolean fits =
                later.isPresent()
                        && message.sendNotAfter().filter(e -> !later.get().isBefore(e)).isEmpty();
        return message.urgent() || !fits
                ? message
                : message.at(later.get(), message.sendNotAfter());
    }
}
