package org.todoku.appliance.delivery;

import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import org.todoku.appliance.kernel.EmailAddress;

/**
 * One claimed mail on its way through the dispatcher.
 *
 * @param outbox where its row lives
 * @param group the message it belongs to; 0 for automatic mail
 * @param envelopeFrom what stands in MAIL FROM, empty for the null return path
 * @param attempt 1 for the first
 * @param content renders the mail; called on a sender's thread
 */
record Parcel(
        Outbox outbox,
        long id,
        long group,
        boolean urgent,
        String envelopeFrom,
        EmailAddress to,
        int attempt,
        Optional<Instant> notAfter,
        Supplier<byte[]> content) {
    /** Which lane it takes. */
    String destination() {
        return Destinations.of(to.domain());
    }
}
