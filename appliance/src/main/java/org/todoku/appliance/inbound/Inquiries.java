package org.todoku.appliance.inbound;

import java.util.List;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.store.Database;

/** Mails for the administrators to read. Thread-safe. */
public final class Inquiries {
    public Inquiries(Database database) {}

    /** The newest, at most 200. */
    public List<Inquiry> list(OrganisationId organisation) {
        return notYet();
    }

    @SuppressWarnings("TypeParameterUnusedInFormals")
    private static <T> T notYet() {
        throw new UnsupportedOperationException();
    }
}
