package org.todoku.appliance.delivery;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.todoku.appliance.delivery.bounce.Bounces;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.member.MailCharset;
import org.todoku.appliance.member.MemberId;
import org.todoku.appliance.message.Attachments;
import org.todoku.appliance.message.Markup;
import org.todoku.appliance.message.Surveys;
import org.todoku.appliance.message.WhenLate;
import org.todoku.appliance.store.Row;
import org.todoku.appliance.store.Tx;

/**
 * The ledger's rows as an outbox: urgent messages first, then the oldest.
 *
 * <p>Candidates are read without waiting for locks; the guarded update, and the message's state as
 * it is committed, decide, so a row that changed meanwhile is left alone.
 */
final class LedgerOutbox implements Outbox {
    /** Messages looked at in one claim; more wait their turn. */
    private static final int MESSAGES = 50;

    private static final String BY_OUTCOME = "delivery_outcome";

    private static final OutboxTable TABLE = new OutboxTable("delivery");

    private final MailText texts;
    private final Bounces bounces;
    private final boolean urgentOnly;

    LedgerOutbox(MailText texts, Bounces bounces, boolean urgentOnly) {
        this.texts = texts;
        this.bounces = bounces;
        this.urgentOnly = urgentOnly;
    }

    @Override
    public List<Parcel> claim(Tx tx, Demand demand, Instant now) {
        List<Parcel> claimed = new ArrayList<>();
        for (MessageHead head : due(tx, now)) {
            MessageHead message =
                    head.with(Attachments.of(tx, head.id()), Surveys.of(tx, head.id()));
            if (claimed.size() >= demand.limit()) {
                break;
            }
            if (message.times().dropAfter().filter(end -> !now.isBefore(end)).isPresent()) {
                expire(tx, message, now);
                continue;
            }
            Demand left = demand.less(claimed.size());
            List<Stopped.Candidate> candidates = candidates(tx, message, left, now);
            List<Parcel> free = List.of();
            if (!candidates.isEmpty() && isSending(tx, message.id())) {
                free = Stopped.settle(tx, candidates, now);
                claimed.addAll(TABLE.claim(tx, left.fitting(free), now));
            }
            if (free.isEmpty()) {
                finish(tx, message.id());
            }
        }
        return claimed;
    }

    @Override
    public void record(Tx tx, List<Report> reports, Instant now) {
        TABLE.record(tx, reports, now);
        Set<Long> messages = new TreeSet<>();
        for (Report report : reports) {
            if (report.outcome() != Outcome.QUEUED && report.outcome() != Outcome.DEFERRED) {
                messages.add(report.parcel().group());
            }
        }
        messages.forEach(message -> finish(tx, message));
        for (Report report : reports) {
            if (report.outcome() == Outcome.REFUSED) {
                bounces.note(
                        tx,
                        new Bounces.Refused(
                                report.parcel().id(), report.stage(), report.response(), now));
            }
        }
    }

    /**
     * The process died between a claim and its answer: nobody here can know whether the mail left.
     */
    @Override
    public int recover(Tx tx, Instant now) {
        return tx.update(
                "UPDATE delivery SET outcome = 'inDoubt', finished_at = ? WHERE outcome = 'claimed'",
                now);
    }

    /**
     * Once more, and as it is committed: a release that is rolled back after it was seen must send
     * nothing.
     */
    private static boolean isSending(Tx tx, long message) {
        return tx.count(
                        "SELECT COUNT(*) AS n FROM message WHERE id = ? AND state = 'sending'",
                        message)
                > 0;
    }

    private List<MessageHead> due(Tx tx, Instant now) {
        return tx.query(
                """
                SELECT m.id, m.subject, m.body, m.urgent, m.send_at, m.send_not_after, m.when_late,
                  m.markup, o.name, o.slug
                FROM message m JOIN organisation o ON o.id = m.organisation_id
                WHERE m.state = 'sending' AND m.send_at <= ? AND (m.urgent = TRUE OR ? = 0)
                ORDER BY m.urgent DESC, m.id FETCH FIRST ? ROWS ONLY"""
                        + tx.dialect().stale(),
                LedgerOutbox::head,
                now,
                urgentOnly ? 1 : 0,
                MESSAGES);
    }

    private List<Stopped.Candidate> candidates(
            Tx tx, MessageHead message, Demand demand, Instant now) {
        String due =
                "SELECT id, member_id, contact_id, address, attempts, mail_id, mail_charset FROM delivery"
                        + tx.dialect().by(BY_OUTCOME)
                        + " WHERE message_id = ? AND outcome = ?"
                        + " AND (next_attempt IS NULL OR next_attempt <= ?)"
                        + others(demand.closed().size())
                        + " ORDER BY id FETCH FIRST ? ROWS ONLY"
                        + tx.dialect().stale();
        List<Stopped.Candidate> found = new ArrayList<>();
        for (Outcome from : List.of(Outcome.QUEUED, Outcome.DEFERRED)) {
            if (found.size() < demand.limit()) {
                List<Object> parameters = new ArrayList<>(List.of(message.id(), from.code(), now));
                parameters.addAll(demand.closed());
                parameters.add(demand.limit() - found.size());
                found.addAll(tx.query(due, row -> candidate(message, row), parameters.toArray()));
            }
        }
        return found;
    }

    private static String others(int closed) {
        return closed == 0
                ? ""
                : " AND destination NOT IN ("
                        + String.join(", ", Collections.nCopies(closed, "?"))
                        + ")";
    }

    private Stopped.Candidate candidate(MessageHead message, Row row) {
        return new Stopped.Candidate(
                parcel(message, row), row.longValue("contact_id"), row.longValue("member_id"));
    }

    private Parcel parcel(MessageHead message, Row row) {
        EmailAddress to = EmailAddress.of(row.text("address"));
        MemberId member = new MemberId(row.longValue("member_id"));
        String mailId = row.text("mail_id");
        long id = row.longValue("id");
        MailCharset charset = MailCharset.stored(row.optionalText("mail_charset"));
        var person = new MailText.Person(id, member, to, mailId, charset);
        return new Parcel(
                this,
                id,
                message.id(),
                message.urgent(),
                texts.returnPath(message.slug(), id),
                to,
                row.intValue("attempts") + 1,
                message.times().dropAfter(),
                () -> texts.message(message, person));
    }

    private static void expire(Tx tx, MessageHead message, Instant now) {
        tx.update(
                """
                UPDATE delivery SET outcome = 'expired', finished_at = ?
                WHERE message_id = ? AND outcome IN ('queued', 'deferred')""",
                now,
                message.id());
        finish(tx, message.id());
    }

    /**
     * Ends a message that has no open rows: as expired when its time passed before anything was
     * sent.
     */
    private static void finish(Tx tx, long message) {
        // The likeliest first: while it is being sent this finds one row and looks no further.
        for (Outcome open : List.of(Outcome.CLAIMED, Outcome.QUEUED, Outcome.DEFERRED)) {
            if (any(tx, message, open)) {
                return;
            }
        }
        boolean inVain =
                count(tx, message, "outcome = 'expired'") > 0
                        && count(tx, message, "outcome NOT IN ('expired', 'suppressed')") == 0;
        tx.update(
                "UPDATE message SET state = ? WHERE id = ? AND state = 'sending'",
                inVain ? "expired" : "sent",
                message);
    }

    private static boolean any(Tx tx, long message, Outcome outcome) {
        String one =
                "SELECT id FROM delivery"
                        + tx.dialect().by(BY_OUTCOME)
                        + " WHERE message_id = ? AND outcome = ? FETCH FIRST 1 ROWS ONLY";
        return !tx.query(one, row -> row.longValue("id"), message, outcome.code()).isEmpty();
    }

    private static long count(Tx tx, long message, String condition) {
        return tx.count(
                "SELECT COUNT(*) AS n FROM delivery WHERE message_id = ? AND " + condition,
                message);
    }

    private static MessageHead head(Row row) {
        return new MessageHead(
                row.longValue("id"),
                row.text("subject"),
                row.text("body"),
                row.bool("urgent"),
                new MessageHead.Times(
                        row.instant("send_at"),
                        row.optionalInstant("send_not_after"),
                        WhenLate.stored(row.optionalText("when_late"))),
                Markup.stored(row.optionalText("markup")),
                row.text("name"),
                row.text("slug"),
                List.of(),
                Optional.empty());
    }
}
