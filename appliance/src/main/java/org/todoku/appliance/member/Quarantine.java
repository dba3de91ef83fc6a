package org.todoku.appliance.member;

import java.util.List;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.store.Tx;

/** Addresses that are not mailed for now, each with its reason; none is ever deleted for that. */
public final class Quarantine {
    private static final int MAX_REASON = 500;

    private Quarantine() {}

    /** Quarantines an address that is mailed; false when it was not. */
    public static boolean set(Tx tx, ContactId contact, String reason) {
        return tx.update(
                        "UPDATE contact SET state = 'quarantined', reason = ? WHERE id = ? AND state = 'active'",
                        reason.length() <= MAX_REASON ? reason : reason.substring(0, MAX_REASON),
                        contact.value())
                == 1;
    }

    static boolean isOf(Tx tx, OrganisationId organisation, ContactId contact) {
        return tx.count(
                        "SELECT COUNT(*) AS n FROM contact WHERE id = ? AND organisation_id = ?",
                        contact.value(),
                        organisation.value())
                > 0;
    }

    static List<QuarantinedAddress> list(Tx tx, OrganisationId organisation, int most) {
        return tx.query(
                """
                SELECT c.id, m.name, c.address, c.reason FROM contact c JOIN member m ON m.id = c.member_id
                WHERE c.organisation_id = ? AND c.state = 'quarantined' AND m.state = 'joined'
                ORDER BY m.kana, m.name, c.id FETCH FIRST ? ROWS ONLY"""
                        + tx.dialect().stale(),
                row ->
                        new QuarantinedAddress(
                                new ContactId(row.longValue("id")),
                                row.text("name"),
                                EmailAddress.masked(row.text("address")),
                                row.optionalText("reason").orElse("")),
                organisation.value(),
                most);
    }

    /** Mails it again; false when it was not quarantined. */
    public static boolean lift(Tx tx, ContactId contact) {
        return tx.update(
                        "UPDATE contact SET state = 'active', reason = NULL WHERE id = ? AND state = 'quarantined'",
                        contact.value())
                == 1;
    }
}
