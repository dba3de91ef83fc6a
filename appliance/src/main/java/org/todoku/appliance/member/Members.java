package org.todoku.appliance.member;

import java.time.InstantSource;
import java.util.Optional;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.kernel.Ids;
import org.todoku.appliance.kernel.Page;
import org.todoku.appliance.store.Database;

/** The members. Thread-safe. */
public final class Members {
    public Members(Database database, Ids ids, InstantSource clock, ProfileItems items) {}

    /** Makes one; conflict when an address belongs to another member. */
    public MemberId create(OrganisationId organisation, NewMember member) {
        return notYet();
    }

    /** Replaces name, kana, addresses and the profile items named. */
    public void update(OrganisationId organisation, MemberId id, NewMember member) {
        notYet();
    }

    /** Joined to left; false when they had left. */
    public boolean leave(OrganisationId organisation, MemberId id) {
        return notYet();
    }

    /** Left to joined; false when they had joined. */
    public boolean rejoin(OrganisationId organisation, MemberId id) {
        return notYet();
    }

    /** One member with addresses and profile. */
    public Optional<Member> find(OrganisationId organisation, MemberId id) {
        return notYet();
    }

    /** The member, joined or left, who has this address. */
    public Optional<Member> byAddress(OrganisationId organisation, EmailAddress address) {
        return notYet();
    }

    /** Joined members whose name or kana contain the query, 50 at a time, by kana. */
    public Page<MemberSummary> page(
            OrganisationId organisation, String query, Optional<String> pageToken) {
        return notYet();
    }

    /** How many there are. */
    public MemberCounts counts(OrganisationId organisation) {
        return notYet();
    }

    @SuppressWarnings("TypeParameterUnusedInFormals")
    private static <T> T notYet() {
        throw new UnsupportedOperationException();
    }
}
