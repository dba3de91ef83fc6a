package org.todoku.appliance.inbound;

import java.util.List;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.store.Database;

/** Mails for the administrators to read. Thread-safe. */
public final class Inquiries {
    private static final int MOST = 200;

    private final Database database;

    public Inquiries(Database database) {
        this.database = database;
    }

    /** The newest first, at most 200. */
    public List<Inquiry> list(OrganisationId organisation) {
        return database.read(tx -> InboundStore.inquiries(tx, organisation, MOST));
    }
}
