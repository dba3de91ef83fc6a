package org.todoku.appliance.member;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.kernel.Ids;
import org.todoku.appliance.kernel.Page;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.store.DuplicateKeyException;
import org.todoku.appliance.store.Tx;

/** The members. Thread-safe. Methods with a transaction take part in their caller's. */
public final class Members {
    private static final int PAGE = 50;
    private static final int MOST_QUARANTINED = 500;
    private static final int MAX_QUERY = 100;

    private final Database database;
    private final Ids ids;
    private final InstantSource clock;
    private final ProfileItems items;

    public Members(Database database, Ids ids, InstantSource clock, ProfileItems items) {
        this.database = database;
        this.ids = ids;
        this.clock = clock;
        this.items = items;
    }

    /**
     * Makes one; conflict when an address belongs to another member. Profile items that are missing
     * are made.
     */
    public MemberId create(OrganisationId organisation, NewMember member) {
        return guarded(() -> database.write(tx -> create(tx, organisation, member)));
    }

    /** {@link #create(OrganisationId, NewMember)} in the caller's transaction. */
    public MemberId create(Tx tx, OrganisationId organisation, NewMember member) {
        MemberId id = new MemberId(ids.next());
        Instant now = clock.instant();
        List<@Nullable Object[]> row = new ArrayList<>();
        row.add(MemberStore.memberRow(id, organisation, member, now));
        MemberStore.insertMembers(tx, row);
        setContacts(tx, organisation, id, member.emails());
        setProfile(tx, organisation, id, member.profile());
        return id;
    }

    /** Replaces name, kana, the set of addresses, and the values of the profile items named. */
    public void update(OrganisationId organisation, MemberId id, NewMember member) {
        guarded(
                () ->
                        database.write(
                                tx -> {
                                    update(tx, organisation, id, member);
                                    return id;
                                }));
    }

    private void update(Tx tx, OrganisationId organisation, MemberId id, NewMember member) {
        if (MemberStore.find(tx, organisation, id).isEmpty()) {
            throw notFound();
        }
        List<@Nullable Object[]> row = new ArrayList<>();
        row.add(new @Nullable Object[] {member.name(), member.kana(), member.number(), id.value()});
        MemberStore.updateMembers(tx, row);
        setContacts(tx, organisation, id, member.emails());
        setProfile(tx, organisation, id, member.profile());
    }

    /** Joined to left; false when they had left. Nothing is deleted: they may rejoin. */
    public boolean leave(OrganisationId organisation, MemberId id) {
        return database.write(tx -> leave(tx, organisation, id));
    }

    /** {@link #leave(OrganisationId, MemberId)} in the caller's transaction. */
    public boolean leave(Tx tx, OrganisationId organisation, MemberId id) {
        return MemberStore.transition(tx, organisation, id, MemberState.LEFT, clock.instant());
    }

    /** Left to joined; false when they had joined. */
    public boolean rejoin(OrganisationId organisation, MemberId id) {
        return database.write(tx -> rejoin(tx, organisation, id));
    }

    /** {@link #rejoin(OrganisationId, MemberId)} in the caller's transaction. */
    public boolean rejoin(Tx tx, OrganisationId organisation, MemberId id) {
        return MemberStore.transition(tx, organisation, id, MemberState.JOINED, clock.instant());
    }

    /** One member with addresses and profile. */
    public Optional<Member> find(OrganisationId organisation, MemberId id) {
        return database.read(tx -> find(tx, organisation, id));
    }

    private Optional<Member> find(Tx tx, OrganisationId organisation, MemberId id) {
        return MemberStore.find(tx, organisation, id)
                .map(
                        core ->
                                new Member(
                                        id,
                                        organisation,
                                        core.name(),
                                        core.kana(),
                                        core.state(),
                                        core.joined(),
                                        core.number(),
                                        MemberStore.contactsOf(tx, List.of(id)).stream()
                                                .map(MemberStore.OwnedContact::contact)
                                                .filter(c -> c.state() != ContactState.REMOVED)
                                                .toList(),
                                        profiles(tx, organisation, List.of(id))
                                                .getOrDefault(id, Map.of())));
    }

    /** The member, joined or left, who has this address. */
    public Optional<Member> byAddress(OrganisationId organisation, EmailAddress address) {
        return database.read(tx -> byAddress(tx, organisation, address));
    }

    /** {@link #byAddress(OrganisationId, EmailAddress)} in the caller's transaction. */
    public Optional<Member> byAddress(Tx tx, OrganisationId organisation, EmailAddress address) {
        return MemberStore.contact(tx, organisation, address)
                .filter(owned -> owned.contact().state() != ContactState.REMOVED)
                .flatMap(owned -> find(tx, organisation, owned.owner()));
    }

    /** Joined members whose name or kana contain the query, 50 at a time, by kana. */
    public Page<MemberSummary> page(
            OrganisationId organisation, String query, Optional<String> pageToken) {
        if (query.length() > MAX_QUERY) {
            throw badPage("the query is longer than " + MAX_QUERY + " characters");
        }
        String escaped = query.strip().replace("!", "!!").replace("%", "!%").replace("_", "!_");
        MemberStore.Slice slice =
                pageToken
                        .map(token -> after("%" + escaped + "%", token))
                        .orElse(new MemberStore.Slice("%" + escaped + "%", "", 0, PAGE + 1));
        return database.read(tx -> page(tx, organisation, slice));
    }

    private Page<MemberSummary> page(Tx tx, OrganisationId organisation, MemberStore.Slice slice) {
        List<MemberStore.Core> found = MemberStore.page(tx, organisation, slice);
        List<MemberStore.Core> shown = found.subList(0, Math.min(PAGE, found.size()));
        Map<MemberId, Map<String, List<String>>> profiles =
                profiles(tx, organisation, shown.stream().map(MemberStore.Core::id).toList());
        List<MemberSummary> summaries =
                shown.stream()
                        .map(
                                core ->
                                        new MemberSummary(
                                                core.id(),
                                                core.name(),
                                                core.kana(),
                                                core.state(),
                                                core.joined(),
                                                profiles.getOrDefault(core.id(), Map.of())))
                        .toList();
        return new Page<>(
                summaries,
                found.size() > PAGE ? Optional.of(tokenAfter(shown.getLast())) : Optional.empty());
    }

    /** Addresses of joined members that are not mailed for now, 500 at most, by name. */
    public List<QuarantinedAddress> quarantined(OrganisationId organisation) {
        return database.read(tx -> Quarantine.list(tx, organisation, MOST_QUARANTINED));
    }

    /** Takes an address out of quarantine; false when it was not in it. */
    public boolean mailAgain(OrganisationId organisation, ContactId contact) {
        return database.write(
                tx -> Quarantine.isOf(tx, organisation, contact) && Quarantine.lift(tx, contact));
    }

    /** How many there are. */
    public MemberCounts counts(OrganisationId organisation) {
        return database.read(
                tx -> {
                    String members =
                            "SELECT COUNT(*) AS n FROM member WHERE organisation_id = ? AND state = ?"
                                    + tx.dialect().stale();
                    String addresses =
                            """
                            SELECT COUNT(*) AS n FROM contact c JOIN member m ON m.id = c.member_id
                            WHERE c.organisation_id = ? AND c.state = ? AND m.state = 'joined'"""
                                    + tx.dialect().stale();
                    long id = organisation.value();
                    return new MemberCounts(
                            tx.count(members, id, MemberState.JOINED.code()),
                            tx.count(members, id, MemberState.LEFT.code()),
                            tx.count(addresses, id, ContactState.ACTIVE.code()),
                            tx.count(addresses, id, ContactState.QUARANTINED.code()));
                });
    }

    /** What a member's mails are written in. */
    public MailCharset charset(MemberId id) {
        return database.read(
                tx ->
                        tx.queryOne(
                                        "SELECT mail_charset FROM member WHERE id = ?"
                                                + tx.dialect().stale(),
                                        row -> MailCharset.stored(row.optionalText("mail_charset")),
                                        id.value())
                                .orElse(MailCharset.UTF_8));
    }

    /** What their mails are written in from the next message on. */
    public void setCharset(OrganisationId organisation, MemberId id, MailCharset charset) {
        database.change(
                tx ->
                        tx.update(
                                "UPDATE member SET mail_charset = ? WHERE id = ? AND organisation_id = ?",
                                charset.stored(),
                                id.value(),
                                organisation.value()));
    }

    private void setContacts(
            Tx tx, OrganisationId organisation, MemberId id, List<EmailAddress> emails) {
        List<@Nullable Object[]> fresh = new ArrayList<>();
        List<@Nullable Object[]> taken = new ArrayList<>();
        Map<String, Contact> mine = new HashMap<>();
        MemberStore.contactsOf(tx, List.of(id))
                .forEach(owned -> mine.put(owned.contact().address().key(), owned.contact()));
        Map<String, EmailAddress> wanted = new LinkedHashMap<>();
        emails.forEach(email -> wanted.putIfAbsent(email.key(), email));
        for (EmailAddress email : wanted.values()) {
            Contact kept = mine.remove(email.key());
            if (kept != null && kept.state() != ContactState.REMOVED) {
                continue;
            }
            Optional<MemberStore.OwnedContact> known = MemberStore.contact(tx, organisation, email);
            if (known.isEmpty()) {
                fresh.add(
                        new @Nullable Object[] {
                            ids.next(), id.value(), organisation.value(), email.smtp(), email.key()
                        });
            } else if (known.get().contact().state() == ContactState.REMOVED) {
                taken.add(
                        new @Nullable Object[] {
                            id.value(), email.smtp(), known.get().contact().id().value()
                        });
            } else {
                throw addressTaken(null);
            }
        }
        MemberStore.insertContacts(tx, fresh);
        MemberStore.takeContacts(tx, taken);
        mine.values().forEach(contact -> MemberStore.removeContact(tx, contact.id()));
    }

    private void setProfile(
            Tx tx, OrganisationId organisation, MemberId id, Map<String, List<String>> profile) {
        List<@Nullable Object[]> cleared = new ArrayList<>();
        List<@Nullable Object[]> set = new ArrayList<>();
        profile.forEach(
                (name, values) -> {
                    ProfileItem item =
                            items.define(tx, organisation, name, kindFor(values), List.of());
                    cleared.add(new @Nullable Object[] {id.value(), item.id().value()});
                    values.forEach(
                            value ->
                                    set.add(
                                            new @Nullable Object[] {
                                                id.value(), item.id().value(), value
                                            }));
                });
        MemberStore.replaceValues(tx, cleared, set);
    }

    private static ProfileItem.Kind kindFor(List<String> values) {
        return values.size() > 1 ? ProfileItem.Kind.MULTIPLE : ProfileItem.Kind.TEXT;
    }

    private Map<MemberId, Map<String, List<String>>> profiles(
            Tx tx, OrganisationId organisation, List<MemberId> members) {
        Map<MemberId, Map<ProfileItemId, List<String>>> raw = new HashMap<>();
        for (MemberStore.Value value : MemberStore.valuesOf(tx, members)) {
            raw.computeIfAbsent(value.member(), m -> new HashMap<>())
                    .computeIfAbsent(value.item(), i -> new ArrayList<>())
                    .add(value.content());
        }
        Map<MemberId, Map<String, List<String>>> named = new HashMap<>();
        for (ProfileItem item : items.list(tx, organisation, tx.dialect().stale())) {
            raw.forEach(
                    (member, values) -> {
                        List<String> contents = values.get(item.id());
                        if (contents != null) {
                            named.computeIfAbsent(member, m -> new LinkedHashMap<>())
                                    .put(item.name(), contents);
                        }
                    });
        }
        return named;
    }

    private static String tokenAfter(MemberStore.Core last) {
        String place = last.id() + ":" + last.kana();
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(place.getBytes(StandardCharsets.UTF_8));
    }

    private static MemberStore.Slice after(String pattern, String token) {
        try {
            String place = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
            int colon = place.indexOf(':');
            return new MemberStore.Slice(
                    pattern,
                    place.substring(colon + 1),
                    Long.parseLong(place.substring(0, colon)),
                    PAGE + 1);
        } catch (IllegalArgumentException | StringIndexOutOfBoundsException e) {
            throw badPage("the page token is not one of ours");
        }
    }

    private interface Writing {
        MemberId run();
    }

    /**
     * Two requests may bring the same new address at once; the loser of that race gets the same
     * conflict.
     */
    private static MemberId guarded(Writing writing) {
        try {
            return writing.run();
        } catch (DuplicateKeyException e) {
            throw addressTaken(e);
        }
    }

    private static FaultException addressTaken(@Nullable Throwable cause) {
        return new FaultException(
                Fault.CONFLICT,
                "take the member",
                "one of the addresses belongs to another member",
                "look for the member who has it, or leave the address out",
                cause);
    }

    private static FaultException notFound() {
        return new FaultException(
                Fault.NOT_FOUND, "change the member", "there is no such member", "reload the list");
    }

    private static FaultException badPage(String why) {
        return new FaultException(
                Fault.INVALID_REQUEST, "list the members", why, "start from the first page");
    }
}
