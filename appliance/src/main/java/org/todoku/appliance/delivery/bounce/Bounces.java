package org.todoku.appliance.delivery.bounce;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.todoku.appliance.kernel.Ids;
import org.todoku.appliance.member.ContactId;
import org.todoku.appliance.member.Quarantine;
import org.todoku.appliance.store.Tx;

/**
 * Keeps each refusal, and quarantines the addresses that are refused again and again: a carrier's
 * unknown user at once, another's after two messages, mailboxes that are full, suspended or gone
 * with their host after five within 30 days, anything else that is refused for good likewise. What
 * a filter or a policy refuses is kept and shown, and never quarantined: that address exists.
 * Thread-safe.
 */
public final class Bounces {
    private static final Duration WINDOW = Duration.ofDays(30);
    private static final int AT_ONCE = 1;
    private static final int TWICE = 2;
    private static final int OFTEN = 5;
    private static final int NEVER = Integer.MAX_VALUE;

    private final Ids ids;

    public Bounces(Ids ids) {
        this.ids = ids;
    }

    /** One refusal of one delivery. */
    public record Refused(long delivery, String stage, String response, Instant at) {}

    private record Whose(ContactId contact, String destination) {}

    /**
     * Stores it in the caller's transaction and draws the consequence; the same delivery's second
     * refusal changes nothing.
     *
     * @return the reason; empty when there is no such delivery
     */
    public Optional<Reason> note(Tx tx, Refused refused) {
        Optional<Whose> whose =
                tx.queryOne(
                        "SELECT contact_id, destination FROM delivery WHERE id = ?",
                        row ->
                                new Whose(
                                        new ContactId(row.longValue("contact_id")),
                                        row.text("destination")),
                        refused.delivery);
        if (whose.isEmpty()) {
            return Optional.empty();
        }
        Reason reason = Refusals.judge(whose.get().destination, refused.stage, refused.response);
        String known = "SELECT COUNT(*) AS n FROM bounce WHERE delivery_id = ?";
        if (reason != Reason.DELAYED && tx.count(known, refused.delivery) == 0) {
            insert(tx, refused, whose.get(), reason);
            long same =
                    tx.count(
                            "SELECT COUNT(*) AS n FROM bounce WHERE contact_id = ? AND reason = ? AND happened > ?",
                            whose.get().contact.value(),
                            reason.code(),
                            refused.at.minus(WINDOW));
            if (same >= limit(reason, whose.get().destination)) {
                Quarantine.set(tx, whose.get().contact, reason.code() + ": " + refused.response);
            }
        }
        return Optional.of(reason);
    }

    private void insert(Tx tx, Refused refused, Whose whose, Reason reason) {
        String response = refused.response;
        int rows =
                tx.update(
                        """
                        INSERT INTO bounce(id, delivery_id, contact_id, happened, reason, stage, response)
                        VALUES (?, ?, ?, ?, ?, ?, ?)""",
                        ids.next(),
                        refused.delivery,
                        whose.contact.value(),
                        refused.at,
                        reason.code(),
                        refused.stage,
                        response.length() <= 500 ? response : response.substring(0, 500));
        assert rows == 1;
    }

    private static int limit(Reason reason, String destination) {
        return switch (reason) {
            case UNKNOWN_USER -> Refusals.isCarrier(destination) ? AT_ONCE : TWICE;
            case FULL, SUSPENDED, NO_HOST, OTHER -> OFTEN;
            case FILTERED, NOT_WANTED, TOO_LARGE, DELAYED -> NEVER;
        };
    }
}
