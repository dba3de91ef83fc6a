package org.todoku.appliance.delivery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.account.Audit;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.audience.Audience;
import org.todoku.appliance.kernel.Ids;
import org.todoku.appliance.message.MessageId;
import org.todoku.appliance.message.MessageState;
import org.todoku.appliance.message.Messages;
import org.todoku.appliance.message.NewMessage;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.store.Tx;

/**
 * Brings what was sent without the server into the ledger, so that its numbers are the whole truth.
 * Thread-safe.
 */
public final class NoticeLedger {
    /** As for a message of the same size. */
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    private final Database database;
    private final Ids ids;
    private final Messages messages;
    private final Audit audit;
    private final MailSettings settings;

    /**
     * @param parts of which audiences are not asked: who was sent to is known
     */
    public NoticeLedger(Database database, Ids ids, Sending.Parts parts) {
        this.database = database;
        this.ids = ids;
        this.messages = parts.messages();
        this.audit = parts.audit();
        this.settings = parts.settings();
    }

    private record Known(long member, long organisation, String address) {}

    /**
     * Stores a message for each organisation concerned, as sent, with a row for each mail. What is
     * there already is not stored again; people whose rows are gone are left out.
     *
     * @return how many rows are new
     */
    public int merge(Noticed notice) {
        return database.writeWithin(
                DEADLINE,
                tx -> {
                    Map<Long, List<Noticed.Mail>> byOrganisation = new HashMap<>();
                    Map<Long, Known> known = new HashMap<>();
                    for (Noticed.Mail mail : notice.mails()) {
                        contact(tx, mail.contact())
                                .ifPresent(
                                        found -> {
                                            known.put(mail.contact(), found);
                                            byOrganisation
                                                    .computeIfAbsent(
                                                            found.organisation(),
                                                            o -> new ArrayList<>())
                                                    .add(mail);
                                        });
                    }
                    int rows = 0;
                    for (var entry : byOrganisation.entrySet()) {
                        var organisation = new OrganisationId(entry.getKey());
                        rows += merge(tx, organisation, notice, entry.getValue(), known);
                    }
                    return rows;
                });
    }

    private int merge(
            Tx tx,
            OrganisationId organisation,
            Noticed notice,
            List<Noticed.Mail> mails,
            Map<Long, Known> known) {
        String key = "notice-" + notice.id();
        Optional<MessageId> there = messages.byKey(tx, organisation, key);
        MessageId message = there.orElseGet(() -> store(tx, organisation, notice, key));
        List<@Nullable Object[]> rows = new ArrayList<>();
        for (Noticed.Mail mail : mails) {
            Known who = known.get(mail.contact());
            boolean stored =
                    tx.count(
                                    "SELECT COUNT(*) AS n FROM delivery WHERE message_id = ? AND"
                                            + " contact_id = ?",
                                    message.value(),
                                    mail.contact())
                            > 0;
            if (who != null && !stored) {
                rows.add(row(message, notice, mail, who));
            }
        }
        tx.batch(
                """
                INSERT INTO delivery(id, message_id, member_id, contact_id, address, outcome, attempts,
                  created, claimed_at, finished_at, stage, response, mail_id)
                VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?)""",
                rows);
        return rows.size();
    }

    private MessageId store(Tx tx, OrganisationId organisation, Noticed notice, String key) {
        MessageId id =
                messages.create(
                        tx,
                        organisation,
                        notice.author(),
                        new NewMessage(
                                notice.subject(),
                                notice.text(),
                                new Audience.Everyone(),
                                false,
                                Optional.empty(),
                                Optional.empty()),
                        Optional.of(key));
        messages.transition(tx, id, MessageState.ON_HOLD, MessageState.SENT);
        audit.record(tx, organisation, notice.author(), "notice", "sent without the server: " + id);
        return id;
    }

    private @Nullable Object[] row(
            MessageId message, Noticed notice, Noticed.Mail mail, Known who) {
        // What was certainly not sent stays refused until somebody sends it again.
        Outcome outcome =
                switch (mail.outcome()) {
                    case CLAIMED -> Outcome.IN_DOUBT;
                    case DEFERRED, QUEUED -> Outcome.REFUSED;
                    default -> mail.outcome();
                };
        return new @Nullable Object[] {
            ids.next(),
            message.value(),
            who.member(),
            mail.contact(),
            who.address(),
            outcome.code(),
            notice.at(),
            mail.at(),
            mail.at(),
            mail.stage(),
            mail.response(),
            Noticed.mailId(notice.id(), mail.contact(), settings.domain())
        };
    }

    private static Optional<Known> contact(Tx tx, long contact) {
        return tx.queryOne(
                "SELECT member_id, organisation_id, address FROM contact WHERE id = ?",
                row ->
                        new Known(
                                row.longValue("member_id"),
                                row.longValue("organisation_id"),
                                row.text("address")),
                contact);
    }
}
