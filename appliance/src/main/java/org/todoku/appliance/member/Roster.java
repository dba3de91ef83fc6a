package org.todoku.appliance.member;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.kernel.Ids;
import org.todoku.appliance.kernel.Language;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.store.DuplicateKeyException;
import org.todoku.appliance.store.Tx;

/**
 * Member lists from CSV. Thread-safe.
 *
 * <p>Someone who is known by their number or an address is updated: name, kana and profile as in
 * the list, new addresses added, none taken away, because members change their addresses
 * themselves. Someone who has left is not brought back by a list. All lines that are good go in
 * with one transaction, or none does. An export of listmonk or phpList is known by its header.
 */
public final class Roster {
    private static final Duration DEADLINE = Duration.ofSeconds(60);

    private final Database database;
    private final Ids ids;
    private final InstantSource clock;
    private final ProfileItems items;

    public Roster(Database database, Ids ids, InstantSource clock, ProfileItems items) {
        this.database = database;
        this.ids = ids;
        this.clock = clock;
        this.items = items;
    }

    /**
     * Imports a list of up to 10 MB in UTF-8, UTF-16 or CP932.
     *
     * @param language of the reasons in the report
     */
    public ImportReport importCsv(OrganisationId organisation, byte[] csv, Language language) {
        Optional<ForeignFormat> foreign = ForeignFormat.detect(csv);
        if (foreign.isPresent()) {
            var wish = new ForeignImport.Wish(foreign.get(), List.of(), false, language);
            return importForeign(organisation, csv, wish);
        }
        RosterFile file = new RosterFile(csv, language);
        try {
            return database.writeWithin(DEADLINE, tx -> new Run(tx, organisation, file).report());
        } catch (DuplicateKeyException e) {
            throw new FaultException(
                    Fault.CONFLICT,
                    "import the list",
                    "somebody joined with one of its addresses at the same moment; nothing was imported",
                    "import the same file again",
                    e);
        }
    }

    /** Imports a list of another program. */
    public ImportReport importForeign(
            OrganisationId organisation, byte[] file, ForeignImport.Wish wish) {
        return new ForeignImport(database, ids, clock, items).run(organisation, file, wish);
    }

    /**
     * One attempt at the transaction. It has its own lists since a deadlock makes the whole work
     * run again.
     */
    private final class Run {
        private final Tx tx;
        private final OrganisationId organisation;
        private final RosterFile file;
        private final Map<String, MemberStore.OwnedContact> contacts;
        private final Map<String, MemberId> numbers;
        private final Set<MemberId> gone = new LinkedHashSet<>();
        private final List<@Nullable Object[]> created = new ArrayList<>();
        private final List<@Nullable Object[]> updated = new ArrayList<>();
        private final List<@Nullable Object[]> freshContacts = new ArrayList<>();
        private final List<@Nullable Object[]> takenContacts = new ArrayList<>();
        private final Map<MemberId, NewMember> profiles = new LinkedHashMap<>();
        private final List<ImportReport.Problem> problems;
        private final Instant now = clock.instant();

        Run(Tx tx, OrganisationId organisation, RosterFile file) {
            this.tx = tx;
            this.organisation = organisation;
            this.file = file;
            this.contacts = MemberStore.contactsByKey(tx, organisation);
            this.numbers = MemberStore.membersByNumber(tx, organisation);
            this.problems = new ArrayList<>(file.problems());
            gone.addAll(MemberStore.left(tx, organisation));
        }

        ImportReport report() {
            file.entries().forEach(this::take);
            MemberStore.insertMembers(tx, created);
            MemberStore.updateMembers(tx, updated);
            MemberStore.insertContacts(tx, freshContacts);
            MemberStore.takeContacts(tx, takenContacts);
            new ProfileWriter(tx, organisation, items).write(profiles);
            problems.sort(Comparator.comparingLong(ImportReport.Problem::line));
            return new ImportReport(created.size(), updated.size(), problems.size(), problems);
        }

        private void take(RosterFile.Entry entry) {
            NewMember member = entry.member();
            Set<MemberId> owners = new LinkedHashSet<>();
            member.number().map(numbers::get).ifPresent(owners::add);
            member.emails().stream().flatMap(email -> owner(email).stream()).forEach(owners::add);
            if (owners.size() > 1) {
                problems.add(file.problem(entry.line(), file.emailColumn(), "import.otherMember"));
                return;
            }
            if (owners.stream().anyMatch(gone::contains)) {
                problems.add(file.problem(entry.line(), "", "import.hasLeft"));
                return;
            }
            MemberId id;
            if (owners.isEmpty()) {
                id = new MemberId(ids.next());
                created.add(MemberStore.memberRow(id, organisation, member, now));
            } else {
                id = owners.iterator().next();
                updated.add(
                        new @Nullable Object[] {
                            member.name(), member.kana(), member.number(), id.value()
                        });
            }
            member.emails().forEach(email -> takeAddress(id, email));
            profiles.put(id, member);
        }

        private Optional<MemberId> owner(EmailAddress email) {
            return Optional.ofNullable(contacts.get(email.key()))
                    .filter(owned -> owned.contact().state() != ContactState.REMOVED)
                    .map(MemberStore.OwnedContact::owner);
        }

        private void takeAddress(MemberId id, EmailAddress email) {
            MemberStore.OwnedContact known = contacts.get(email.key());
            if (known == null) {
                freshContacts.add(
                        new @Nullable Object[] {
                            ids.next(), id.value(), organisation.value(), email.smtp(), email.key()
                        });
            } else if (known.contact().state() == ContactState.REMOVED) {
                takenContacts.add(
                        new @Nullable Object[] {
                            id.value(), email.smtp(), known.contact().id().value()
                        });
            }
        }
    }
}
