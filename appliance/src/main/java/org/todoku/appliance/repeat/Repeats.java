package org.todoku.appliance.repeat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.todoku.appliance.account.Audit;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.delivery.Sending;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.kernel.NamedLoop;
import org.todoku.appliance.message.Attachments;
import org.todoku.appliance.message.MessageId;
import org.todoku.appliance.message.MessageView;
import org.todoku.appliance.message.Messages;
import org.todoku.appliance.message.NewMessage;
import org.todoku.appliance.message.Recurrence;
import org.todoku.appliance.message.Surveys;
import org.todoku.appliance.message.WhenLate;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.store.Row;

/**
 * Sends messages again when their time comes: copies of the first, each with a key of its own, so
 * that no time is sent twice. Thread-safe.
 *
 * <p>A time is missed when the server was down until after the message's own end, or until an hour
 * later where it has none. As the sender chose, it is left out, or the newest one is sent and says
 * that it is late; older ones are left out either way. What was left out is in the audit trail.
 */
public final class Repeats {
    private static final Logger LOG = LoggerFactory.getLogger(Repeats.class);
    private static final Duration LOOK = Duration.ofSeconds(10);
    private static final Duration USUAL_END = Duration.ofHours(1);

    /** Looked at in one go; ten years of every day. */
    private static final int MOST_MISSED = 4000;

    private final Database database;
    private final InstantSource clock;
    private final Parts parts;
    private final NamedLoop loop = new NamedLoop("repeats", this::step);

    /** The features that it takes. */
    public record Parts(
            Messages messages,
            Attachments attachments,
            Surveys surveys,
            Sending sending,
            Audit audit) {}

    public Repeats(Database database, InstantSource clock, Parts parts) {
        this.database = database;
        this.clock = clock;
        this.parts = parts;
    }

    public void start() {
        loop.start();
    }

    /** False when the deadline passed first. */
    public boolean stop(Duration deadline) throws InterruptedException {
        return loop.stop(deadline);
    }

    /** Those of an organisation that go on, the next one first. */
    public List<RepeatView> of(OrganisationId organisation) {
        return database.read(
                tx ->
                        tx.query(
                                """
                                SELECT r.message_id, m.subject, r.rule, r.next_run, m.when_late
                                FROM message_repeat r JOIN message m ON m.id = r.message_id
                                WHERE m.organisation_id = ? AND r.next_run IS NOT NULL
                                ORDER BY r.next_run, r.message_id"""
                                        + tx.dialect().stale(),
                                row ->
                                        new RepeatView(
                                                new MessageId(row.longValue("message_id")),
                                                row.text("subject"),
                                                row.text("rule"),
                                                row.instant("next_run"),
                                                WhenLate.stored(row.optionalText("when_late"))),
                                organisation.value()));
    }

    /** Nothing more is sent of it; what is on its way goes on. False when it had ended. */
    public boolean end(OrganisationId organisation, MessageId message, String actor) {
        return database.write(
                tx -> {
                    int ended =
                            tx.update(
                                    """
                                    UPDATE message_repeat SET next_run = NULL
                                    WHERE message_id = ? AND next_run IS NOT NULL AND EXISTS (
                                      SELECT 1 FROM message m WHERE m.id = message_repeat.message_id
                                      AND m.organisation_id = ?)""",
                                    message.value(),
                                    organisation.value());
                    if (ended == 1) {
                        parts.audit.record(
                                tx, organisation, actor, "end-repeat", "message " + message);
                    }
                    return ended == 1;
                });
    }

    private record Due(MessageId message, String rule, Instant next) {
        static Due of(Row row) {
            return new Due(
                    new MessageId(row.longValue("message_id")),
                    row.text("rule"),
                    row.instant("next_run"));
        }
    }

    Duration step() {
        Instant now = clock.instant();
        List<Due> due =
                database.read(
                        tx ->
                                tx.query(
                                        "SELECT message_id, rule, next_run FROM message_repeat"
                                                + " WHERE next_run <= ? ORDER BY next_run"
                                                + tx.dialect().stale(),
                                        Due::of,
                                        now));
        for (Due one : due) {
            try {
                run(one, now);
            } catch (FaultException e) {
                if (e.fault().retryable()) {
                    throw e;
                }
                LOG.warn("message {} is not repeated this time: {}", one.message, e.getMessage());
                goOn(one, one.next, "not sent: " + e.getMessage());
            }
        }
        return LOOK;
    }

    private void run(Due due, Instant now) {
        MessageView first = parts.messages.find(due.message).orElseThrow();
        Recurrence rule = new Recurrence(due.rule);
        List<Instant> more = rule.between(first.sendAt(), due.next, now, MOST_MISSED);
        Instant newest = more.isEmpty() ? due.next : more.getLast();
        Instant end = newest.plus(lasting(first));
        boolean sends = now.isBefore(end) || first.whenLate() == WhenLate.MARK;
        if (sends) {
            parts.sending.send(
                    first.organisation(),
                    first.author(),
                    copy(first).at(newest, Optional.of(end)),
                    Optional.of("repeat-" + due.message + "-" + newest.toEpochMilli()));
        }
        int missed = more.size() + (sends ? 0 : 1);
        goOn(due, newest, missed == 0 ? "" : missed(due, missed, newest));
    }

    private static String missed(Due due, int times, Instant newest) {
        return times + " times from " + due.next + " up to " + newest + " were missed";
    }

    private static Duration lasting(MessageView first) {
        return first.sendNotAfter()
                .map(end -> Duration.between(first.sendAt(), end))
                .orElse(USUAL_END);
    }

    private NewMessage copy(MessageView first) {
        return new NewMessage(
                first.subject(),
                first.body(),
                first.audience(),
                first.urgent(),
                Optional.empty(),
                Optional.empty(),
                parts.attachments.of(first.id()),
                parts.surveys.of(first.id()),
                first.whenLate(),
                first.markup(),
                Optional.empty());
    }

    /** To the next time, unless somebody ended it meanwhile. */
    private void goOn(Due due, Instant done, String missed) {
        MessageView first = parts.messages.find(due.message).orElseThrow();
        Optional<Instant> next = new Recurrence(due.rule).next(first.sendAt(), done);
        database.change(
                tx -> {
                    tx.update(
                            "UPDATE message_repeat SET next_run = ? WHERE message_id = ? AND next_run = ?",
                            next,
                            due.message.value(),
                            due.next);
                    if (!missed.isEmpty()) {
                        parts.audit.record(
                                tx,
                                first.organisation(),
                                "todoku",
                                "repeat-missed",
                                "message " + due.message + ": " + missed);
                    }
                });
    }
}
