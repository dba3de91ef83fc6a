package org.todoku.appliance.inbound;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.member.MemberId;
import org.todoku.appliance.store.Row;
import org.todoku.appliance.store.Tx;

/** The SQL of mails that came in. */
final class InboundStore {
    private InboundStore() {}

    /** A mail as the listener takes it. Up to 10 MB that are not copied; never compared. */
    @SuppressWarnings("ArrayRecordComponent")
    record Arrived(
            long id,
            Instant received,
            String from,
            String to,
            String mailId,
            byte[] raw,
            Intake.Client client) {
        /** From nobody knows which host. */
        Arrived(long id, Instant received, String from, String to, String mailId, byte[] raw) {
            this(id, received, from, to, mailId, raw, Intake.Client.UNKNOWN);
        }
    }

    /** A mail that waits to be worked off; never compared. */
    @SuppressWarnings("ArrayRecordComponent")
    record Waiting(
            InboundMailId id,
            String from,
            String to,
            OrganisationId organisation,
            byte[] raw,
            Intake.Client client) {}

    /** What became of it. */
    record Result(
            String state,
            String result,
            Optional<MemberId> member,
            String subject,
            String excerpt) {}

    /**
     * False when this mail was stored for this recipient before: the sender did not hear our 250
     * and tried again.
     */
    static boolean insert(Tx tx, Arrived mail, OrganisationId organisation) {
        long known =
                tx.count(
                        "SELECT COUNT(*) AS n FROM inbound_mail WHERE envelope_to = ? AND mail_id = ?",
                        mail.to,
                        mail.mailId);
        if (known > 0) {
            return false;
        }
        return tx.update(
                        """
                        INSERT INTO inbound_mail(id, received, envelope_from, envelope_to, mail_id, raw, state,
                          organisation_id, client_ip, helo)
                        VALUES (?, ?, ?, ?, ?, ?, 'new', ?, ?, ?)""",
                        mail.id,
                        mail.received,
                        mail.from,
                        mail.to,
                        mail.mailId,
                        mail.raw,
                        organisation.value(),
                        mail.client.ip(),
                        mail.client.helo())
                == 1;
    }

    static List<Waiting> waiting(Tx tx, int limit) {
        return tx.query(
                """
                SELECT id, envelope_from, envelope_to, organisation_id, raw, client_ip, helo FROM inbound_mail
                WHERE state = 'new' ORDER BY id FETCH FIRST ? ROWS ONLY""",
                row ->
                        new Waiting(
                                new InboundMailId(row.longValue("id")),
                                row.text("envelope_from"),
                                row.text("envelope_to"),
                                new OrganisationId(row.longValue("organisation_id")),
                                row.bytes("raw"),
                                new Intake.Client(
                                        row.optionalText("client_ip").orElse(""),
                                        row.optionalText("helo").orElse(""))),
                limit);
    }

    static boolean finish(Tx tx, InboundMailId id, Result result) {
        return tx.update(
                        """
                        UPDATE inbound_mail SET state = ?, result = ?, member_id = ?, subject = ?, excerpt = ?
                        WHERE id = ? AND state = 'new'""",
                        result.state,
                        cut(result.result, 500),
                        result.member.map(MemberId::value),
                        cut(result.subject, 400),
                        cut(result.excerpt, 2000),
                        id.value())
                == 1;
    }

    static List<Inquiry> inquiries(Tx tx, OrganisationId organisation, int limit) {
        return tx.query(
                """
                SELECT id, received, envelope_from, member_id, subject, excerpt, result FROM inbound_mail
                WHERE organisation_id = ? AND state = 'inquiry' ORDER BY id DESC FETCH FIRST ? ROWS ONLY"""
                        + tx.dialect().stale(),
                InboundStore::inquiry,
                organisation.value(),
                limit);
    }

    private static Inquiry inquiry(Row row) {
        return new Inquiry(
                new InboundMailId(row.longValue("id")),
                row.instant("received"),
                EmailAddress.masked(row.text("envelope_from")),
                row.optionalLong("member_id").map(MemberId::new),
                row.optionalText("subject").orElse(""),
                row.optionalText("excerpt").orElse(""),
                row.optionalText("result").orElse(""));
    }

    private static String cut(String text, int length) {
        return text.length() <= length ? text : text.substring(0, length);
    }
}
