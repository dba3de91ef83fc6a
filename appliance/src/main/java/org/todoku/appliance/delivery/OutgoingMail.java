package org.todoku.appliance.delivery;

import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.kernel.Ids;
import org.todoku.appliance.member.MailCharset;
import org.todoku.appliance.store.Row;
import org.todoku.appliance.store.Tx;

/**
 * Automatic mails: stored in the transaction of what caused them, sent by the dispatcher.
 * Thread-safe.
 *
 * <p>Unlike messages they are sent again after a crash that leaves them in doubt: a welcome that
 * comes twice does less harm than one that never comes.
 */
public final class OutgoingMail {
    private final Ids ids;
    private final InstantSource clock;

    public OutgoingMail(Ids ids, InstantSource clock) {
        this.ids = ids;
        this.clock = clock;
    }

    /** Stores the mail; false when one with this cause was stored before. */
    public boolean queue(Tx tx, AutomaticMail mail) {
        if (tx.count("SELECT COUNT(*) AS n FROM outgoing_mail WHERE cause = ?", mail.cause()) > 0) {
            return false;
        }
        return tx.update(
                        """
                        INSERT INTO outgoing_mail(id, organisation_id, recipient, recipient_key, cause, in_reply_to,
                          subject, body, outcome, attempts, created)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'queued', 0, ?)""",
                        ids.next(),
                        mail.organisation().value(),
                        mail.to().smtp(),
                        mail.to().key(),
                        mail.cause(),
                        mail.inReplyTo(),
                        mail.subject(),
                        mail.body(),
                        clock.instant())
                == 1;
    }

    /** How many automatic mails went to this address since then, for the limit on answers. */
    public long since(Tx tx, EmailAddress to, Instant since) {
        return tx.count(
                "SELECT COUNT(*) AS n FROM outgoing_mail WHERE recipient_key = ? AND created > ?",
                to.key(),
                since);
    }

    /** The rows as the dispatcher sees them. */
    static final class Box implements Outbox {
        private static final OutboxTable TABLE = new OutboxTable("outgoing_mail");

        /** A few at a time, so that a wave of joins does not hold up messages. */
        private static final int MAX = 20;

        private static final int MOST_LOOKED_AT = 200;

        private final MailText texts;

        Box(MailText texts) {
            this.texts = texts;
        }

        @Override
        public List<Parcel> claim(Tx tx, Demand demand, Instant now) {
            List<Due> due =
                    tx.query(
                            """
                            SELECT q.id, q.organisation_id, q.recipient, q.recipient_key, q.subject, q.body, q.in_reply_to,
                              q.attempts, o.name, o.slug
                            FROM outgoing_mail q JOIN organisation o ON o.id = q.organisation_id
                            WHERE q.outcome IN ('queued', 'deferred')
                            AND (q.next_attempt IS NULL OR q.next_attempt <= ?)
                            ORDER BY q.id FETCH FIRST ? ROWS ONLY"""
                                    + tx.dialect().stale(),
                            Box::due,
                            now,
                            MOST_LOOKED_AT);
            Map<Long, Due> byId = new HashMap<>();
            due.forEach(one -> byId.put(one.mail.id(), one));
            List<Parcel> all = due.stream().map(one -> parcel(one, MailCharset.UTF_8)).toList();
            List<Parcel> fitting =
                    demand.fitting(all).stream().limit(Math.min(demand.limit(), MAX)).toList();
            return TABLE.claim(tx, fitting, now).stream()
                    .map(parcel -> Objects.requireNonNull(byId.get(parcel.id())))
                    .map(one -> parcel(one, charset(tx, one)))
                    .toList();
        }

        /** What the member who has the address chose; a stranger's mail is as mails are. */
        private static MailCharset charset(Tx tx, Due due) {
            return tx.queryOne(
                            """
                            SELECT m.mail_charset FROM contact c JOIN member m ON m.id = c.member_id
                            WHERE c.organisation_id = ? AND c.address_key = ?"""
                                    + tx.dialect().stale(),
                            row -> MailCharset.stored(row.optionalText("mail_charset")),
                            due.organisation,
                            due.key)
                    .orElse(MailCharset.UTF_8);
        }

        @Override
        public void record(Tx tx, List<Report> reports, Instant now) {
            TABLE.record(tx, reports, now);
        }

        @Override
        public int recover(Tx tx, Instant now) {
            return tx.update(
                    "UPDATE outgoing_mail SET outcome = 'queued' WHERE outcome = 'claimed'");
        }

        private record Due(MailText.Automatic mail, int attempts, long organisation, String key) {}

        private static Due due(Row row) {
            EmailAddress to = EmailAddress.of(row.text("recipient"));
            MailText.Automatic mail =
                    new MailText.Automatic(
                            row.longValue("id"),
                            row.text("name"),
                            row.text("slug"),
                            to,
                            row.text("subject"),
                            row.text("body"),
                            row.optionalText("in_reply_to"));
            return new Due(
                    mail,
                    row.intValue("attempts"),
                    row.longValue("organisation_id"),
                    row.text("recipient_key"));
        }

        private Parcel parcel(Due due, MailCharset charset) {
            return new Parcel(
                    this,
                    due.mail.id(),
                    0,
                    false,
                    // RFC 3834 section 3.3: automatic answers have the null return path, so that
                    // nothing answers them.
                    "",
                    due.mail.to(),
                    due.attempts + 1,
                    Optional.empty(),
                    () -> texts.automatic(due.mail, charset));
        }
    }
}
