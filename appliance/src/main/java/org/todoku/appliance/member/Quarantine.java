package org.todoku.appliance.member;

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

    /** Mails it again; false when it was not quarantined. */
    public static boolean lift(Tx tx, ContactId contact) {
        return tx.update(
                        "UPDATE contact SET state = 'active', reason = NULL WHERE id = ? AND state = 'quarantined'",
                        contact.value())
                == 1;
    }
}
