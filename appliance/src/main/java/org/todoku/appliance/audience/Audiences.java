package org.todoku.appliance.audience;

import java.util.List;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.store.Tx;

/** Who is in an audience. Thread-safe. */
public final class Audiences {
    public Audiences(Database database) {}

    /** The addresses of an audience. */
    public List<Recipient> recipients(Tx tx, OrganisationId organisation, Audience audience) {
        return notYet();
    }

    /** How many that are. */
    public AudienceSize count(OrganisationId organisation, Audience audience) {
        return notYet();
    }

    @SuppressWarnings("TypeParameterUnusedInFormals")
    private static <T> T notYet() {
        throw new UnsupportedOperationException();
    }
}
