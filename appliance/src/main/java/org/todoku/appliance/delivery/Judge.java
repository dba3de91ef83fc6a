package org.todoku.appliance.delivery;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Turns what a relay did into the next state of a row: the retry rules, in one place. */
final class Judge {
    private static final List<Duration> BACKOFF =
            List.of(
                    Duration.ofMinutes(1),
                    Duration.ofMinutes(5),
                    Duration.ofMinutes(15),
                    Duration.ofMinutes(60));

    /** With the rests above this is about a day: what was refused for so long is refused. */
    private static final int MAX_ATTEMPTS = 27;

    private final InstantSource clock;
    private final RandomGenerator random;

    Judge(InstantSource clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    Report report(Parcel parcel, SendResult result, String relay) {
        return switch (result) {
            case SendResult.Accepted accepted -> closed(parcel, Outcome.HANDED_OVER, result, relay);
            case SendResult.Permanent refused -> closed(parcel, Outcome.REFUSED, result, relay);
            case SendResult.Unknown unknown -> closed(parcel, Outcome.IN_DOUBT, result, relay);
            case SendResult.Unsent unsent ->
                    // Broken off at this recipient: others go first, lest one row holds up the lane
                    // for ever.
                    atRecipient(unsent)
                            ? later(parcel, result, relay)
                            : closed(parcel, Outcome.QUEUED, result, relay);
            case SendResult.Temporary temporary -> later(parcel, result, relay);
        };
    }

    /** Its time has passed before it could be sent. */
    Report expired(Parcel parcel) {
        return new Report(parcel, Outcome.EXPIRED, "", "", "", Optional.empty());
    }

    /** Given back: certainly not sent. */
    Report unsent(Parcel parcel, String why) {
        return closed(parcel, Outcome.QUEUED, new SendResult.Unsent("connect", why), "");
    }

    /** Whether a connection broke at this recipient and not at once. */
    static boolean atRecipient(SendResult.Unsent unsent) {
        return unsent.stage().equals("rcpt") || unsent.stage().equals("data");
    }

    boolean tooLate(Parcel parcel) {
        return parcel.notAfter().filter(end -> !clock.instant().isBefore(end)).isPresent();
    }

    private Report later(Parcel parcel, SendResult result, String relay) {
        if (parcel.attempt() >= MAX_ATTEMPTS) {
            return closed(parcel, Outcome.REFUSED, result, relay);
        }
        Duration rest = BACKOFF.get(Math.min(parcel.attempt(), BACKOFF.size()) - 1);
        // 20 % either way, so that a thousand mails refused at once do not come back at once.
        long jittered = (long) (rest.toMillis() * random.nextDouble(0.8, 1.2));
        Instant next = clock.instant().plusMillis(jittered);
        if (parcel.notAfter().filter(end -> !next.isBefore(end)).isPresent()) {
            return closed(parcel, Outcome.EXPIRED, result, relay);
        }
        return new Report(
                parcel,
                Outcome.DEFERRED,
                result.stage(),
                result.response(),
                relay,
                Optional.of(next));
    }

    private static Report closed(Parcel parcel, Outcome outcome, SendResult result, String relay) {
        return new Report(
                parcel, outcome, result.stage(), result.response(), relay, Optional.empty());
    }
}
