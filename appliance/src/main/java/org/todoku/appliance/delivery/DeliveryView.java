package org.todoku.appliance.delivery;

import java.time.Instant;
import java.util.Optional;
import org.todoku.appliance.member.MemberId;

/**
 * One row of the ledger for people to see. By design without the address.
 *
 * @param reason what the relay answered, or why there was no attempt
 * @param stage where in the SMTP dialogue that was: connect, mail, rcpt, data; of one that was
 *     stopped before it was tried: left, removed, stopped
 * @param answer the choice that this person took
 * @param read when this person opened the message
 */
public record DeliveryView(
        DeliveryId id,
        MemberId member,
        String name,
        Outcome outcome,
        int attempts,
        Instant created,
        Optional<Instant> claimed,
        Optional<Instant> finished,
        Optional<Instant> nextAttempt,
        Optional<String> stage,
        Optional<String> reason,
        Optional<Instant> read,
        Optional<String> answer) {
    /** What became of the address between the click and the first try, if that is why. */
    public Optional<String> stopped() {
        return stage.filter(at -> outcome == Outcome.SUPPRESSED && !at.isEmpty());
    }
}
