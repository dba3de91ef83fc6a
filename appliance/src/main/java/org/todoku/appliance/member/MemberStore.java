package org.todoku.appliance.member;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.store.Row;
import org.todoku.appliance.store.Tx;

/** The SQL of members, contacts and profile values. */
final class MemberStore {
    private static final String MEMBER =
            "SELECT id, name, kana, state, joined, external_number FROM member";

    private MemberStore() {}

    /** A member's own columns. */
    record Core(
            MemberId id,
            String name,
            String kana,
            MemberState state,
            Instant joined,
            Optional<String> number) {}

    /** A row of contact, whoever it belongs to. */
    record OwnedContact(MemberId owner, Contact contact) {}

    /** A value of a member for an item. */
    record Value(MemberId member, ProfileItemId item, String content) {}

    static @Nullable Object[] memberRow(
            MemberId id, OrganisationId organisation, NewMember member, Instant now) {
        return new @Nullable Object[] {
            id.value(), organisation.value(), member.name(), member.kana(), now, member.number()
        };
    }

    static void insertMembers(Tx tx, List<@Nullable Object[]> rows) {
        tx.batch(
                """
                INSERT INTO member(id, organisation_id, name, kana, state, joined, external_number)
                VALUES (?, ?, ?, ?, 'joined', ?, ?)""",
                rows);
    }

    static void updateMembers(Tx tx, List<@Nullable Object[]> nameKanaNumberId) {
        tx.batch(
                "UPDATE member SET name = ?, kana = ?, external_number = COALESCE(?, external_number) WHERE id = ?",
                nameKanaNumberId);
    }

    static boolean transition(
            Tx tx, OrganisationId organisation, MemberId id, MemberState to, Instant now) {
        MemberState from = to == MemberState.LEFT ? MemberState.JOINED : MemberState.LEFT;
        return tx.update(
                        "UPDATE member SET state = ?, left_at = ? WHERE id = ? AND organisation_id = ? AND state = ?",
                        to.code(),
                        to == MemberState.LEFT ? Optional.of(now) : Optional.empty(),
                        id.value(),
                        organisation.value(),
                        from.code())
                == 1;
    }

    static Optional<Core> find(Tx tx, OrganisationId organisation, MemberId id) {
        return tx.queryOne(
                MEMBER + " WHERE id = ? AND organisation_id = ?" + tx.dialect().stale(),
                MemberStore::core,
                id.value(),
                organisation.value());
    }

    static List<Core> page(Tx tx, OrganisationId organisation, Slice slice) {
        return tx.query(
                MEMBER
                        + " "
                        + """
                         WHERE organisation_id = ? AND state = 'joined'
                         AND (kana > ? OR (kana = ? AND id > ?))
                         AND (name LIKE ? ESCAPE '!' OR kana LIKE ? ESCAPE '!')
                         ORDER BY kana, id FETCH FIRST ? ROWS ONLY"""
                        + tx.dialect().stale(),
                MemberStore::core,
                organisation.value(),
                slice.afterKana,
                slice.afterKana,
                slice.afterId,
                slice.pattern,
                slice.pattern,
                slice.limit);
    }

    /** Which part of the list: rows after (kana, id) whose name or kana match the LIKE pattern. */
    record Slice(String pattern, String afterKana, long afterId, int limit) {}

    /** Contacts of any state of these members. */
    static List<OwnedContact> contactsOf(Tx tx, List<MemberId> members) {
        return inGroups(
                members,
                (marks, values) ->
                        tx.query(
                                "SELECT id, member_id, address, state, reason FROM contact WHERE member_id IN ("
                                        + marks
                                        + ") ORDER BY id"
                                        + tx.dialect().stale(),
                                MemberStore::contact,
                                values));
    }

    /** Every contact of an organisation by its key, in the caller's transaction. */
    static Map<String, OwnedContact> contactsByKey(Tx tx, OrganisationId organisation) {
        Map<String, OwnedContact> byKey = new LinkedHashMap<>();
        tx.query(
                        "SELECT id, member_id, address, state, reason FROM contact WHERE organisation_id = ?",
                        MemberStore::contact,
                        organisation.value())
                .forEach(owned -> byKey.put(owned.contact.address().key(), owned));
        return byKey;
    }

    static Optional<OwnedContact> contact(
            Tx tx, OrganisationId organisation, EmailAddress address) {
        return tx.queryOne(
                "SELECT id, member_id, address, state, reason FROM contact"
                        + " WHERE organisation_id = ? AND address_key = ?",
                MemberStore::contact,
                organisation.value(),
                address.key());
    }

    static Map<String, MemberId> membersByNumber(Tx tx, OrganisationId organisation) {
        return tx
                .query(
                        "SELECT id, external_number FROM member"
                                + " WHERE organisation_id = ? AND external_number IS NOT NULL",
                        row ->
                                Map.entry(
                                        row.text("external_number"),
                                        new MemberId(row.longValue("id"))),
                        organisation.value())
                .stream()
                .collect(
                        Collectors.toMap(
                                Map.Entry::getKey, Map.Entry::getValue, (first, again) -> first));
    }

    static List<MemberId> left(Tx tx, OrganisationId organisation) {
        return tx.query(
                "SELECT id FROM member WHERE organisation_id = ? AND state = 'left'",
                row -> new MemberId(row.longValue("id")),
                organisation.value());
    }

    static void insertContacts(Tx tx, List<@Nullable Object[]> idMemberOrganisationAddressKey) {
        tx.batch(
                """
                INSERT INTO contact(id, member_id, organisation_id, address, address_key, state)
                VALUES (?, ?, ?, ?, ?, 'active')""",
                idMemberOrganisationAddressKey);
    }

    /** Addresses that are not to be mailed; one that is not mailed anyway keeps its reason. */
    static void quarantine(Tx tx, List<@Nullable Object[]> reasonId) {
        tx.batch(
                "UPDATE contact SET state = 'quarantined', reason = ?"
                        + " WHERE id = ? AND state = 'active'",
                reasonId);
    }

    /** The members that have a value, by value. */
    static Map<String, Set<Long>> membersByValue(Tx tx, ProfileItemId item) {
        Map<String, Set<Long>> found = new LinkedHashMap<>();
        tx.scan(
                "SELECT member_id, content FROM profile_value WHERE item_id = ?",
                row ->
                        found.computeIfAbsent(row.text("content"), v -> new HashSet<>())
                                .add(row.longValue("member_id")),
                item.value());
        return found;
    }

    /** A removed address comes back, perhaps with another person. */
    static void takeContacts(Tx tx, List<@Nullable Object[]> memberAddressId) {
        tx.batch(
                "UPDATE contact SET member_id = ?, address = ?, state = 'active', reason = NULL WHERE id = ?",
                memberAddressId);
    }

    static void removeContact(Tx tx, ContactId id) {
        tx.update("UPDATE contact SET state = 'removed' WHERE id = ?", id.value());
    }

    static List<Value> valuesOf(Tx tx, List<MemberId> members) {
        return inGroups(
                members,
                (marks, values) ->
                        tx.query(
                                "SELECT member_id, item_id, content FROM profile_value WHERE member_id IN ("
                                        + marks
                                        + ") ORDER BY member_id, item_id, content"
                                        + tx.dialect().stale(),
                                row ->
                                        new Value(
                                                new MemberId(row.longValue("member_id")),
                                                new ProfileItemId(row.longValue("item_id")),
                                                row.text("content")),
                                values));
    }

    static void replaceValues(
            Tx tx, List<@Nullable Object[]> cleared, List<@Nullable Object[]> set) {
        tx.batch("DELETE FROM profile_value WHERE member_id = ? AND item_id = ?", cleared);
        tx.batch("INSERT INTO profile_value(member_id, item_id, content) VALUES (?, ?, ?)", set);
    }

    private interface Group<T> {
        List<T> query(String marks, @Nullable Object[] values);
    }

    /**
     * Runs a query with IN (?, …) for 100 members at a time, so that statements stay few and short.
     */
    private static <T> List<T> inGroups(List<MemberId> members, Group<T> group) {
        List<T> all = new ArrayList<>();
        for (int from = 0; from < members.size(); from += 100) {
            List<MemberId> part = members.subList(from, Math.min(members.size(), from + 100));
            String marks = part.stream().map(m -> "?").collect(Collectors.joining(", "));
            all.addAll(group.query(marks, part.stream().map(MemberId::value).toArray()));
        }
        return all;
    }

    private static Core core(Row row) {
        return new Core(
                new MemberId(row.longValue("id")),
                row.text("name"),
                row.text("kana"),
                MemberState.of(row.text("state")),
                row.instant("joined"),
                row.optionalText("external_number"));
    }

    private static OwnedContact contact(Row row) {
        return new OwnedContact(
                new MemberId(row.longValue("member_id")),
                new Contact(
                        new ContactId(row.longValue("id")),
                        EmailAddress.of(row.text("address")),
                        ContactState.of(row.text("state")),
                        row.optionalText("reason")));
    }
}
