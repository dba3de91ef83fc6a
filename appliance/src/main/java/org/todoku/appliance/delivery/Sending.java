package org.todoku.appliance.delivery;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.account.Audit;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.audience.Audiences;
import org.todoku.appliance.audience.Recipient;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.kernel.Ids;
import org.todoku.appliance.member.ContactState;
import org.todoku.appliance.message.MessageId;
import org.todoku.appliance.message.MessageState;
import org.todoku.appliance.message.Messages;
import org.todoku.appliance.message.NewMessage;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.store.DuplicateKeyException;
import org.todoku.appliance.store.Tx;

/**
 * Takes a message and makes its rows in the ledger. Thread-safe. Sends nothing: the dispatcher
 * does.
 */
public final class Sending {
    /** An administrator waits for this one. */
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    /** Ten times what it takes on an idle machine. */
    private static final Duration DEADLINE_FOR_EACH = Duration.ofMillis(1);

    /** Rows that are in memory at a time. */
    private static final int AT_ONCE = 1000;

    private final Database database;
    private final Ids ids;
    private final InstantSource clock;
    private final Parts parts;

    /** The features that a new message touches. */
    public record Parts(
            Messages messages, Audiences audiences, Audit audit, MailSettings settings) {}

    public Sending(Database database, Ids ids, InstantSource clock, Parts parts) {
        this.database = database;
        this.ids = ids;
        this.clock = clock;
        this.parts = parts;
    }

    /**
     * Stores the message and one row for each address of its audience, all or nothing. The same key
     * answers the same id and stores nothing again. An audience of nobody is an invalid request.
     */
    public MessageId send(
            OrganisationId organisation,
            String author,
            NewMessage message,
            Optional<String> idempotencyKey) {
        long addresses = parts.audiences.count(organisation, message.audience()).addresses();
        try {
            return database.writeWithin(
                    DEADLINE.plus(DEADLINE_FOR_EACH.multipliedBy(addresses)),
                    tx -> send(tx, new Order(organisation, author, message, idempotencyKey)));
        } catch (DuplicateKeyException e) {
            // Two requests with one key at once: the other was faster.
            return database.read(tx -> known(tx, organisation, idempotencyKey))
                    .orElseThrow(() -> e);
        }
    }

    /** {@link #send(OrganisationId, String, NewMessage, Optional)} in the caller's transaction. */
    public MessageId send(
            Tx tx,
            OrganisationId organisation,
            String author,
            NewMessage message,
            String idempotencyKey) {
        return send(tx, new Order(organisation, author, message, Optional.of(idempotencyKey)));
    }

    private record Order(
            OrganisationId organisation,
            String author,
            NewMessage message,
            Optional<String> idempotencyKey) {}

    private MessageId send(Tx tx, Order order) {
        Optional<MessageId> known = known(tx, order.organisation, order.idempotencyKey);
        if (known.isPresent()) {
            return known.get();
        }
        List<Recipient> recipients =
                parts.audiences.recipients(tx, order.organisation, order.message.audience());
        if (recipients.isEmpty()) {
            throw new FaultException(
                    Fault.INVALID_REQUEST,
                    "send the message",
                    "its audience has no member with an address",
                    "choose another audience");
        }
        MessageId id =
                parts.messages.create(
                        tx,
                        order.organisation,
                        order.author,
                        OffTheHour.of(order.organisation, order.message),
                        order.idempotencyKey);
        for (int from = 0; from < recipients.size(); from += AT_ONCE) {
            int to = Math.min(recipients.size(), from + AT_ONCE);
            insertDeliveries(tx, id, recipients.subList(from, to));
        }
        if (!parts.messages.transition(tx, id, MessageState.ON_HOLD, MessageState.SENDING)) {
            throw new IllegalStateException("the new message " + id + " changed by itself");
        }
        String detail = "message " + id + ", " + recipients.size() + " addresses";
        parts.audit.record(tx, order.organisation, order.author, "send", detail);
        return id;
    }

    private Optional<MessageId> known(
            Tx tx, OrganisationId organisation, Optional<String> idempotencyKey) {
        return idempotencyKey.flatMap(key -> parts.messages.byKey(tx, organisation, key));
    }

    private void insertDeliveries(Tx tx, MessageId message, List<Recipient> recipients) {
        Instant now = clock.instant();
        List<@Nullable Object[]> rows = new ArrayList<>();
        for (Recipient recipient : recipients) {
            long id = ids.next();
            boolean suppressed = recipient.state() == ContactState.QUARANTINED;
            Outcome outcome = suppressed ? Outcome.SUPPRESSED : Outcome.QUEUED;
            rows.add(
                    new @Nullable Object[] {
                        id,
                        message.value(),
                        recipient.member().value(),
                        recipient.contact().value(),
                        recipient.address().smtp(),
                        Destinations.of(recipient.address().domain()),
                        outcome.code(),
                        now,
                        suppressed ? now : null,
                        "<m" + message + ".d" + id + "@" + parts.settings.domain() + ">",
                        recipient.charset().stored().orElse(null)
                    });
        }
        tx.batch(
                """
                INSERT INTO delivery(id, message_id, member_id, contact_id, address, destination, outcome, attempts,
                  created, finished_at, mail_id, mail_charset)
                VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?)""",
                rows);
    }
}
