package org.todoku.appliance.delivery;

import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.kernel.Ids;
import org.todoku.appliance.kernel.Page;
import org.todoku.appliance.member.MemberId;
import org.todoku.appliance.message.MessageId;
import org.todoku.appliance.message.MessageState;
import org.todoku.appliance.message.Messages;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.store.Row;
import org.todoku.appliance.store.Tx;

/**
 * What happened to each delivery. Thread-safe. Reading it never waits for the dispatcher's writes.
 */
public final class Ledger {
    private static final int PAGE = 100;

    private final Database database;
    private final Messages messages;

    public Ledger(Database database, Messages messages) {
        this.database = database;
        this.messages = messages;
    }

    /** One message in numbers. */
    public Counts counts(MessageId message) {
        return database.read(
                tx -> {
                    Map<Outcome, Long> by =
                            byOutcome(
                                    tx,
                                    "SELECT outcome, COUNT(*) AS n FROM delivery WHERE message_id = ? GROUP BY outcome",
                                    message.value());
                    long read =
                            tx.count(
                                    "SELECT COUNT(*) AS n FROM message_read WHERE message_id = ?"
                                            + tx.dialect().stale(),
                                    message.value());
                    long answered =
                            tx.count(
                                    "SELECT COUNT(*) AS n FROM answer WHERE message_id = ?"
                                            + tx.dialect().stale(),
                                    message.value());
                    return new Counts(
                            by.getOrDefault(Outcome.QUEUED, 0L),
                            by.getOrDefault(Outcome.CLAIMED, 0L),
                            by.getOrDefault(Outcome.HANDED_OVER, 0L),
                            by.getOrDefault(Outcome.DEFERRED, 0L),
                            by.getOrDefault(Outcome.REFUSED, 0L),
                            by.getOrDefault(Outcome.SUPPRESSED, 0L),
                            by.getOrDefault(Outcome.EXPIRED, 0L),
                            by.getOrDefault(Outcome.IN_DOUBT, 0L),
                            read,
                            answered);
                });
    }

    /** Person by person, 100 at a time, in the order they were made. */
    public Page<DeliveryView> page(
            MessageId message, Optional<Outcome> outcome, Optional<String> pageToken) {
        long after = pageToken.map(Ledger::place).orElse(0L);
        List<DeliveryView> found =
                database.read(
                        tx ->
                                tx.query(
                                        """
                                        SELECT d.id, d.member_id, m.name, d.outcome, d.attempts, d.created, d.claimed_at,
                                          d.finished_at, d.next_attempt, d.stage, d.response, r.read_at, c.label
                                        FROM delivery d JOIN member m ON m.id = d.member_id
                                        LEFT JOIN message_read r
                                          ON r.message_id = d.message_id AND r.member_id = d.member_id
                                        LEFT JOIN answer a
                                          ON a.message_id = d.message_id AND a.member_id = d.member_id
                                        LEFT JOIN survey_choice c
                                          ON c.message_id = a.message_id AND c.place = a.place
                                        WHERE d.message_id = ? AND d.id > ? AND (d.outcome = ? OR ? = 'all')
                                        ORDER BY d.id FETCH FIRST ? ROWS ONLY"""
                                                + tx.dialect().stale(),
                                        Ledger::view,
                                        message.value(),
                                        after,
                                        outcome.map(Outcome::code).orElse(""),
                                        outcome.isPresent() ? "one" : "all",
                                        PAGE + 1));
        boolean more = found.size() > PAGE;
        List<DeliveryView> shown = more ? found.subList(0, PAGE) : found;
        return new Page<>(
                shown, more ? Optional.of(shown.getLast().id().toString()) : Optional.empty());
    }

    /**
     * Sends again what is in doubt, refused or deferred; {@link Outcome#QUEUED} instead releases a
     * message that is on hold. Rows put back while a message is on hold wait for that release.
     * Answers how many rows it concerns.
     */
    public long resend(MessageId message, Outcome outcome) {
        return switch (outcome) {
            case QUEUED -> database.write(tx -> releaseHold(tx, message));
            case IN_DOUBT, REFUSED, DEFERRED -> database.write(tx -> putBack(tx, message, outcome));
            case CLAIMED, HANDED_OVER, SUPPRESSED, EXPIRED ->
                    throw new FaultException(
                            Fault.INVALID_REQUEST,
                            "send again",
                            "mails that are " + outcome.code() + " are not sent again",
                            "choose inDoubt, refused, deferred or queued");
        };
    }

    /**
     * A mail that had been handed over came back: the row says so, also when the notice was faster
     * than our own note of the relay's 250. False when the row says something else already.
     */
    public static boolean cameBack(Tx tx, long delivery, String response, Instant now) {
        return tx.update(
                        """
                        UPDATE delivery SET outcome = 'refused', stage = 'bounce', response = ?, finished_at = ?
                        WHERE id = ? AND outcome IN ('handedOver', 'inDoubt', 'claimed')""",
                        response,
                        now,
                        delivery)
                == 1;
    }

    /** The open rows of all messages. */
    public QueueSize queue() {
        return database.read(
                tx -> {
                    Map<Outcome, Long> by =
                            byOutcome(
                                    tx,
                                    """
                                    SELECT outcome, COUNT(*) AS n FROM delivery
                                    WHERE outcome IN ('queued', 'claimed', 'deferred', 'inDoubt') GROUP BY outcome""");
                    return new QueueSize(
                            by.getOrDefault(Outcome.QUEUED, 0L),
                            by.getOrDefault(Outcome.CLAIMED, 0L),
                            by.getOrDefault(Outcome.DEFERRED, 0L),
                            by.getOrDefault(Outcome.IN_DOUBT, 0L),
                            tx.count(
                                    "SELECT COUNT(*) AS n FROM message WHERE state = 'onHold'"
                                            + tx.dialect().stale()));
                });
    }

    /**
     * Called once after a restore or takeover, before the dispatcher starts: claimed rows are in
     * doubt, and what was being sent waits for a person, but for urgent messages still in their
     * time.
     */
    public void afterRestore(Instant now) {
        database.change(
                tx -> {
                    tx.update(
                            "UPDATE delivery SET outcome = 'inDoubt', finished_at = ? WHERE outcome = 'claimed'",
                            now);
                    messages.hold(tx, now);
                });
    }

    private long releaseHold(Tx tx, MessageId message) {
        boolean released =
                messages.transition(tx, message, MessageState.ON_HOLD, MessageState.SENDING);
        return released
                ? tx.count(
                        "SELECT COUNT(*) AS n FROM delivery WHERE message_id = ? AND outcome IN ('queued', 'deferred')",
                        message.value())
                : 0;
    }

    private long putBack(Tx tx, MessageId message, Outcome outcome) {
        int rows =
                tx.update(
                        """
                        UPDATE delivery SET outcome = 'queued', attempts = 0, next_attempt = NULL, finished_at = NULL
                        WHERE message_id = ? AND outcome = ?""",
                        message.value(),
                        outcome.code());
        if (rows > 0) {
            boolean reopened =
                    messages.transition(tx, message, MessageState.SENT, MessageState.SENDING);
            if (!reopened) {
                messages.transition(tx, message, MessageState.EXPIRED, MessageState.SENDING);
            }
        }
        return rows;
    }

    private static Map<Outcome, Long> byOutcome(Tx tx, String sql, Object... parameters) {
        Map<Outcome, Long> counts = new EnumMap<>(Outcome.class);
        tx.query(
                        sql + tx.dialect().stale(),
                        row -> Map.entry(Outcome.of(row.text("outcome")), row.longValue("n")),
                        parameters)
                .forEach(entry -> counts.put(entry.getKey(), entry.getValue()));
        return counts;
    }

    private static long place(String token) {
        return Ids.parse(token)
                .orElseThrow(
                        () ->
                                new FaultException(
                                        Fault.INVALID_REQUEST,
                                        "list the deliveries",
                                        "the page token is not one of ours",
                                        "start from the first page"));
    }

    private static DeliveryView view(Row row) {
        return new DeliveryView(
                new DeliveryId(row.longValue("id")),
                new MemberId(row.longValue("member_id")),
                row.text("name"),
                Outcome.of(row.text("outcome")),
                row.intValue("attempts"),
                row.instant("created"),
                row.optionalInstant("claimed_at"),
                row.optionalInstant("finished_at"),
                row.optionalInstant("next_attempt"),
                row.optionalText("stage"),
                row.optionalText("response").map(EmailAddress::masked),
                row.optionalInstant("read_at"),
                row.optionalText("label"));
    }
}
