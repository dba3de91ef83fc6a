package org.todoku.appliance.delivery;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.todoku.appliance.kernel.Page;
import org.todoku.appliance.message.MessageId;
import org.todoku.appliance.message.Messages;
import org.todoku.appliance.store.Database;

/** What happened to each delivery. Thread-safe. */
public final class Ledger {
    public Ledger(Database database, InstantSource clock, Messages messages) {}

    /** One message in numbers. */
    public Counts counts(MessageId message) {
        return notYet();
    }

    /** Person by person, 100 at a time. */
    public Page<DeliveryView> page(
            MessageId message, Optional<Outcome> outcome, Optional<String> pageToken) {
        return notYet();
    }

    /**
     * inDoubt, refused or deferred to queued; queued releases what is on hold. Answers the number
     * of rows.
     */
    public long resend(MessageId message, Outcome outcome) {
        return notYet();
    }

    /** The open rows of all messages. */
    public QueueSize queue() {
        return notYet();
    }

    /** Once after a restore or takeover. */
    public void afterRestore(Instant now) {
        notYet();
    }

    @SuppressWarnings("TypeParameterUnusedInFormals")
    private static <T> T notYet() {
        throw new UnsupportedOperationException();
    }
}
