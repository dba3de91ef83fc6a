package org.todoku.appliance.member;

import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.kernel.Language;
import org.todoku.appliance.store.Database;

/** Member lists from CSV. Thread-safe. */
public final class Roster {
    public Roster(Database database, Members members, ProfileItems items) {}

    /** Imports a list. */
    public ImportReport importCsv(OrganisationId organisation, byte[] csv, Language language) {
        return notYet();
    }

    @SuppressWarnings("TypeParameterUnusedInFormals")
    private static <T> T notYet() {
        throw new UnsupportedOperationException();
    }
}
