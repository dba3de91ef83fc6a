package org.todoku.appliance.member;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.todoku.appliance.account.OrganisationId;

/**
 * One person of a network, with addresses: for the member's own page and for sending, not for
 * lists.
 *
 * @param profile item name → values, items in their order
 * @param number the organisation's own number for this person
 */
public record Member(
        MemberId id,
        OrganisationId organisation,
        String name,
        String kana,
        MemberState state,
        Instant joined,
        Optional<String> number,
        List<Contact> contacts,
        Map<String, List<String>> profile) {
    public Member {
        contacts = List.copyOf(contacts);
    }
}
