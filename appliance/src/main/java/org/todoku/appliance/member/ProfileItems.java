package org.todoku.appliance.member;

import java.util.List;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.kernel.Ids;
import org.todoku.appliance.store.Database;

/** The profile items of organisations. Thread-safe. */
public final class ProfileItems {
    public ProfileItems(Database database, Ids ids) {}

    /** In their order. */
    public List<ProfileItem> list(OrganisationId organisation) {
        return notYet();
    }

    /** Makes one, or answers the one with this name. */
    public ProfileItem define(
            OrganisationId organisation, String name, ProfileItem.Kind kind, List<String> choices) {
        return notYet();
    }

    @SuppressWarnings("TypeParameterUnusedInFormals")
    private static <T> T notYet() {
        throw new UnsupportedOperationException();
    }
}
