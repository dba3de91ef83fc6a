package org.todoku.appliance.message;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.audience.AudienceJson;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.kernel.Ids;
import org.todoku.appliance.kernel.Page;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.store.Row;
import org.todoku.appliance.store.Tx;

/** The messages. Thread-safe. Methods with a transaction take part in their caller's. */
public final class Messages {
    private static final int PAGE = 50;
    private static final int MAX_KEY = 200;
    private static final String COLUMNS =
            """
            SELECT id, organisation_id, author, subject, body, urgent, audience, state, created, send_at,
              send_not_after, when_late, markup
            FROM message""";

    private final Database database;
    private final Ids ids;
    private final InstantSource clock;

    public Messages(Database database, Ids ids, InstantSource clock) {
        this.database = database;
        this.ids = ids;
        this.clock = clock;
    }

    /**
     * Stores a message on hold, so that the dispatcher does not meet it before its deliveries are
     * there; its maker ends with the transition to sending. A second one with the same key fails
     * with DuplicateKeyException; look with {@link #byKey} first.
     */
    public MessageId create(
            Tx tx,
            OrganisationId organisation,
            String author,
            NewMessage message,
            Optional<String> idempotencyKey) {
        MessageId id = new MessageId(ids.next());
        Instant now = clock.instant();
        tx.update(
                """
                INSERT INTO message(id, organisation_id, author, subject, body, urgent, audience, state, created,
                  send_at, send_not_after, when_late, markup, idempotency_key)
                VALUES (?, ?, ?, ?, ?, ?, ?, 'onHold', ?, ?, ?, ?, ?, ?)""",
                id.value(),
                organisation.value(),
                author,
                message.subject(),
                message.body(),
                message.urgent(),
                audience(message),
                now,
                message.sendAt().orElse(now),
                message.sendNotAfter(),
                message.whenLate().stored(),
                message.markup().stored(),
                key(id, idempotencyKey));
        Attachments.insert(tx, id, message.attachments());
        message.survey().ifPresent(survey -> Surveys.insert(tx, id, survey));
        message.repeat().ifPresent(rule -> repeat(tx, id, rule, message.sendAt().orElse(now)));
        return id;
    }

    private static void repeat(Tx tx, MessageId id, Recurrence rule, Instant first) {
        tx.update(
                "INSERT INTO message_repeat(message_id, rule, next_run) VALUES (?, ?, ?)",
                id.value(),
                rule.rule(),
                rule.next(first, first));
    }

    /** The message that was sent with this key. */
    public Optional<MessageId> byKey(Tx tx, OrganisationId organisation, String idempotencyKey) {
        return tx.queryOne(
                "SELECT id FROM message WHERE organisation_id = ? AND idempotency_key = ?",
                row -> new MessageId(row.longValue("id")),
                organisation.value(),
                "key:" + idempotencyKey);
    }

    /** One message of an organisation. */
    public Optional<MessageView> find(OrganisationId organisation, MessageId id) {
        return find(id).filter(message -> message.organisation().equals(organisation));
    }

    /** One message, for a member who holds its link. */
    public Optional<MessageView> find(MessageId id) {
        return database.read(
                tx ->
                        tx.queryOne(
                                COLUMNS + " WHERE id = ?" + tx.dialect().stale(),
                                Messages::map,
                                id.value()));
    }

    /** The newest first, 50 at a time. */
    public Page<MessageView> list(OrganisationId organisation, Optional<String> pageToken) {
        long before = pageToken.map(Messages::place).orElse(Long.MAX_VALUE);
        List<MessageView> found =
                database.read(
                        tx ->
                                tx.query(
                                        COLUMNS
                                                + " WHERE organisation_id = ? AND id < ? ORDER BY id DESC"
                                                + " FETCH FIRST ? ROWS ONLY"
                                                + tx.dialect().stale(),
                                        Messages::map,
                                        organisation.value(),
                                        before,
                                        PAGE + 1));
        boolean more = found.size() > PAGE;
        List<MessageView> shown = more ? found.subList(0, PAGE) : found;
        return new Page<>(
                shown, more ? Optional.of(shown.getLast().id().toString()) : Optional.empty());
    }

    /** From one state to another; false when the message was not in the first. */
    public boolean transition(Tx tx, MessageId id, MessageState from, MessageState to) {
        return tx.update(
                        "UPDATE message SET state = ? WHERE id = ? AND state = ?",
                        to.code(),
                        id.value(),
                        from.code())
                == 1;
    }

    /**
     * After a restore: what was being sent waits, but for what is urgent and still in time. Answers
     * how many.
     */
    public int hold(Tx tx, Instant now) {
        return tx.update(
                """
                UPDATE message SET state = 'onHold' WHERE state = 'sending'
                AND NOT (urgent = TRUE AND send_not_after IS NOT NULL AND send_not_after > ?)""",
                now);
    }

    private static String key(MessageId id, Optional<String> idempotencyKey) {
        if (idempotencyKey
                .filter(key -> key.isBlank() || key.length() > MAX_KEY - 10)
                .isPresent()) {
            throw new FaultException(
                    Fault.INVALID_REQUEST,
                    "take the message",
                    "its Idempotency-Key is empty or too long",
                    "use 1 to " + (MAX_KEY - 10) + " characters");
        }
        // The column is never null, because the databases differ on nulls in unique constraints.
        return idempotencyKey.map(key -> "key:" + key).orElse("id:" + id);
    }

    private static String audience(NewMessage message) {
        String json = AudienceJson.write(message.audience());
        if (json.length() > 32_000) {
            throw new FaultException(
                    Fault.TOO_LARGE,
                    "take the message",
                    "its audience is too long",
                    "choose by profile instead");
        }
        return json;
    }

    private static long place(String token) {
        OptionalLong place = Ids.parse(token);
        return place.orElseThrow(
                () ->
                        new FaultException(
                                Fault.INVALID_REQUEST,
                                "list the messages",
                                "the page token is not one of ours",
                                "start from the first page"));
    }

    private static MessageView map(Row row) {
        return new MessageView(
                new MessageId(row.longValue("id")),
                new OrganisationId(row.longValue("organisation_id")),
                row.text("author"),
                row.text("subject"),
                row.text("body"),
                row.bool("urgent"),
                AudienceJson.read(row.text("audience")),
                MessageState.of(row.text("state")),
                row.instant("created"),
                row.instant("send_at"),
                row.optionalInstant("send_not_after"),
                WhenLate.stored(row.optionalText("when_late")),
                Markup.stored(row.optionalText("markup")));
    }
}
