package org.todoku.appliance.member;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.kernel.Ids;
import org.todoku.appliance.kernel.Language;
import org.todoku.appliance.kernel.Texts;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.store.Tx;

/**
 * Members and lists from other programs. Each address becomes a member; the lists become a profile
 * item of several choices. All good lines go in with one transaction, and the same file again
 * changes nothing.
 *
 * <p>Who was not mailed there is not mailed here: their address comes in quarantined, with the
 * reason, and one that is here already is quarantined. No import ever ends a quarantine, brings
 * back who has left, or changes a name. Thread-safe.
 */
public final class ForeignImport {
    private static final Duration DEADLINE = Duration.ofSeconds(60);
    private static final Texts TEXTS = Texts.of(ForeignImport.class);
    private static final int MAX_LIST = 50;

    private final Database database;
    private final Ids ids;
    private final InstantSource clock;
    private final ProfileItems items;

    public ForeignImport(Database database, Ids ids, InstantSource clock, ProfileItems items) {
        this.database = database;
        this.ids = ids;
        this.clock = clock;
        this.items = items;
    }

    /**
     * What is to be imported.
     *
     * @param lists that the file is of; of phpList, that it may name
     * @param stopped whether nobody in it is to be mailed, as in a list of those whose delivery is
     *     off
     * @param language of the reasons, and of the profile item's name
     */
    public record Wish(
            ForeignFormat format, List<String> lists, boolean stopped, Language language) {
        public Wish {
            lists = lists.stream().map(NewMember::fold).filter(l -> !l.isEmpty()).toList();
        }
    }

    /** Imports it. */
    public ImportReport run(OrganisationId organisation, byte[] file, Wish wish) {
        ForeignReader reader = wish.format().reader();
        reader.read(file, wish.lists());
        return database.writeWithin(DEADLINE, tx -> new Run(tx, organisation, wish, reader).run());
    }

    /** What it would do; changes nothing. */
    public ImportReport tryOut(OrganisationId organisation, byte[] file, Wish wish) {
        ForeignReader reader = wish.format().reader();
        reader.read(file, wish.lists());
        try {
            return database.writeWithin(
                    DEADLINE,
                    tx -> {
                        throw new Undone(new Run(tx, organisation, wish, reader).run());
                    });
        } catch (Undone undone) {
            return undone.report;
        }
    }

    /** Ends a transaction that was only to be looked at. */
    @SuppressWarnings("serial") // It is never written anywhere.
    private static final class Undone extends RuntimeException {
        private final ImportReport report;

        Undone(ImportReport report) {
            super("only tried out", null, false, false);
            this.report = report;
        }
    }

    /** One attempt at the transaction. */
    private final class Run {
        private final Tx tx;
        private final OrganisationId organisation;
        private final Wish wish;
        private final ForeignReader reader;
        private final Map<String, MemberStore.OwnedContact> contacts;
        private final Set<MemberId> gone;
        private final List<@Nullable Object[]> created = new ArrayList<>();
        private final List<@Nullable Object[]> addresses = new ArrayList<>();
        private final List<@Nullable Object[]> quarantined = new ArrayList<>();
        private final Map<MemberId, NewMember> profiles = new LinkedHashMap<>();
        private final Map<String, Set<Long>> onList = new LinkedHashMap<>();
        private final Set<MemberId> updated = new HashSet<>();
        private final List<ImportReport.Problem> problems = new ArrayList<>();
        private final Instant now = clock.instant();
        private int skipped;

        Run(Tx tx, OrganisationId organisation, Wish wish, ForeignReader reader) {
            this.tx = tx;
            this.organisation = organisation;
            this.wish = wish;
            this.reader = reader;
            this.contacts = MemberStore.contactsByKey(tx, organisation);
            this.gone = new HashSet<>(MemberStore.left(tx, organisation));
        }

        ImportReport run() {
            for (ForeignReader.Wrong wrong : reader.wrong()) {
                skipped += wrong.key().equals("import.tooLong") ? 0 : 1;
                problem(wrong.line(), wrong.column(), wrong.key(), wrong.argument());
            }
            merged().values().forEach(this::take);
            MemberStore.insertMembers(tx, created);
            MemberStore.insertContacts(tx, addresses);
            MemberStore.quarantine(tx, quarantined);
            new ProfileWriter(tx, organisation, items).write(profiles);
            writeLists();
            problems.sort(Comparator.comparingLong(ImportReport.Problem::line));
            return new ImportReport(created.size(), updated.size(), skipped, problems);
        }

        private Map<String, Subscriber> merged() {
            Map<String, Subscriber> byKey = new LinkedHashMap<>();
            reader.found().forEach(one -> byKey.merge(one.email().key(), one, Subscriber::and));
            return byKey;
        }

        private void take(Subscriber one) {
            MemberStore.OwnedContact known = contacts.get(one.email().key());
            if (known == null) {
                create(one);
                return;
            }
            boolean removed = known.contact().state() == ContactState.REMOVED;
            if (removed || gone.contains(known.owner())) {
                skipped++;
                problem(one.line(), "", "import.hasLeft", "");
                return;
            }
            updated.add(known.owner());
            stop(one, known.contact().id().value());
            join(one, known.owner());
        }

        private void create(Subscriber one) {
            MemberId id = new MemberId(ids.next());
            String name = one.name().isBlank() ? text("foreign.unnamed") : one.name();
            NewMember member;
            try {
                member =
                        new NewMember(
                                name.length() > NewMember.MAX_NAME
                                        ? name.substring(0, NewMember.MAX_NAME)
                                        : name,
                                "",
                                List.of(one.email()),
                                one.profile());
            } catch (org.todoku.appliance.kernel.FaultException e) {
                skipped++;
                problem(one.line(), "", "import.badName", name);
                return;
            }
            created.add(MemberStore.memberRow(id, organisation, member, now));
            long contact = ids.next();
            addresses.add(
                    new @Nullable Object[] {
                        contact,
                        id.value(),
                        organisation.value(),
                        one.email().smtp(),
                        one.email().key()
                    });
            profiles.put(id, member);
            stop(one, contact);
            join(one, id);
        }

        private void stop(Subscriber one, long contact) {
            if (wish.stopped() || one.stop() != Subscriber.Stop.NO) {
                String why =
                        one.reason().isEmpty()
                                ? wish.format().code() + ": delivery is off"
                                : one.reason();
                quarantined.add(new @Nullable Object[] {why, contact});
            }
        }

        private void join(Subscriber one, MemberId id) {
            if (wish.stopped()) {
                return;
            }
            for (String list : one.lists()) {
                String name = NewMember.fold(list);
                if (name.length() > MAX_LIST) {
                    problem(one.line(), "", "import.tooLong", MAX_LIST);
                } else {
                    onList.computeIfAbsent(name, l -> new LinkedHashSet<>()).add(id.value());
                }
            }
        }

        private void writeLists() {
            if (onList.isEmpty()) {
                return;
            }
            ProfileItem item =
                    items.offer(
                            tx, organisation, text("foreign.lists"), List.copyOf(onList.keySet()));
            Map<String, Set<Long>> there = MemberStore.membersByValue(tx, item.id());
            List<@Nullable Object[]> fresh = new ArrayList<>();
            onList.forEach(
                    (list, members) -> {
                        Set<Long> known = there.getOrDefault(list, Set.of());
                        for (long member : members) {
                            if (!known.contains(member)) {
                                fresh.add(new @Nullable Object[] {member, item.id().value(), list});
                            }
                        }
                    });
            MemberStore.replaceValues(tx, List.of(), fresh);
        }

        private void problem(long line, String column, String key, Object argument) {
            problems.add(
                    new ImportReport.Problem(
                            line,
                            column,
                            TEXTS.text(wish.language(), key, String.valueOf(argument))));
        }

        private String text(String key) {
            return TEXTS.text(wish.language(), key);
        }
    }
}
