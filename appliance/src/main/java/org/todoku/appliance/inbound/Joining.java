package org.todoku.appliance.inbound;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.todoku.appliance.account.Organisation;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.account.Organisations;
import org.todoku.appliance.delivery.MailText;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.kernel.Ids;
import org.todoku.appliance.member.Member;
import org.todoku.appliance.member.MemberId;
import org.todoku.appliance.member.Members;
import org.todoku.appliance.member.NewMember;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.store.Row;
import org.todoku.appliance.store.Tx;

/**
 * Who may join by mail. Without rules anyone may; with a code only who writes to {@code
 * SLUG+jCODE@domain} or writes nothing but the code; with approval a person has to agree.
 * Thread-safe.
 */
public final class Joining {
    private static final String BEFORE = "+j";
    private static final String CODE = "[a-z0-9]{4,20}";

    /** Without those that look alike on paper. */
    private static final String LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";

    private static final int FRESH = 8;
    private static final int MOST = 500;
    private static final int LONGEST_NAME = 100;

    private final Database database;
    private final Ids ids;
    private final InstantSource clock;
    private final Parts parts;

    /** The features that joining touches. */
    record Parts(
            Organisations organisations, Members members, MailText texts, Answering answering) {}

    Joining(Database database, Ids ids, InstantSource clock, Parts parts) {
        this.database = database;
        this.ids = ids;
        this.clock = clock;
        this.parts = parts;
    }

    /**
     * What an organisation asks of those who join.
     *
     * @param code 4 to 20 of a-z and 0-9; empty for none
     * @param approval whether a person has to agree
     */
    public record Rules(String code, boolean approval) {
        /** Anyone may. */
        public static final Rules NONE = new Rules("", false);

        public Rules {
            code = code.strip().toLowerCase(Locale.ROOT);
            if (!code.isEmpty() && !code.matches(CODE)) {
                throw new FaultException(
                        Fault.INVALID_REQUEST,
                        "set the rules of joining",
                        "the code \"" + code + "\" cannot be part of a mail address",
                        "use 4 to 20 of a-z and 0-9");
            }
        }
    }

    /** Someone who waits to be let in. */
    public record Waiting(long id, String address, String name, Instant received) {}

    public Rules rules(OrganisationId organisation) {
        return database.read(tx -> rules(tx, organisation));
    }

    private static Rules rules(Tx tx, OrganisationId organisation) {
        return tx.queryOne(
                        "SELECT join_code, join_approval FROM organisation WHERE id = ?"
                                + tx.dialect().stale(),
                        row -> new Rules(row.text("join_code"), row.bool("join_approval")),
                        organisation.value())
                .orElse(Rules.NONE);
    }

    /** Holds for the mails that are looked at from now on. */
    public void set(OrganisationId organisation, Rules rules) {
        database.change(
                tx ->
                        tx.update(
                                "UPDATE organisation SET join_code = ?, join_approval = ? WHERE id = ?",
                                rules.code(),
                                rules.approval(),
                                organisation.value()));
    }

    /** A code that nobody guesses and everybody can read. */
    public static String freshCode(RandomGenerator random) {
        return freshCode(random, FRESH);
    }

    static String freshCode(RandomGenerator random, int length) {
        StringBuilder code = new StringBuilder();
        for (int i = 0; i < length; i++) {
            code.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return code.toString();
    }

    /** Those who wait, the oldest first, 500 at most. */
    public List<Waiting> waiting(OrganisationId organisation) {
        return database.read(
                tx ->
                        tx.query(
                                """
                                SELECT id, address, name, received FROM join_request
                                WHERE organisation_id = ? ORDER BY id FETCH FIRST ? ROWS ONLY"""
                                        + tx.dialect().stale(),
                                Joining::waiting,
                                organisation.value(),
                                MOST));
    }

    /** Makes a member of one who waits, and writes to them; false when nobody waits there. */
    public boolean approve(OrganisationId organisation, long request) {
        Organisation own = parts.organisations.find(organisation).orElseThrow();
        return database.write(tx -> approve(tx, own, request));
    }

    private boolean approve(Tx tx, Organisation organisation, long request) {
        Optional<Waiting> waiting = find(tx, organisation.id(), request);
        Optional<String> inReplyTo =
                tx.queryOne(
                                "SELECT in_reply_to FROM join_request WHERE id = ?",
                                row -> row.optionalText("in_reply_to"),
                                request)
                        .flatMap(id -> id);
        if (waiting.isEmpty() || !remove(tx, organisation.id(), request)) {
            return false;
        }
        EmailAddress from = EmailAddress.of(waiting.get().address);
        Optional<Member> known = parts.members.byAddress(tx, organisation.id(), from);
        MemberId id;
        if (known.isPresent()) {
            id = known.get().id();
            parts.members.rejoin(tx, organisation.id(), id);
        } else {
            id = parts.members.create(tx, organisation.id(), named(waiting.get().name, from));
        }
        parts.answering.answer(
                tx,
                organisation,
                new Answering.Answer(
                        from,
                        "approved:" + request,
                        inReplyTo,
                        "join",
                        parts.texts.profileLink(id)));
        return true;
    }

    /** Sends one who waits away without a word; false when nobody waits there. */
    public boolean decline(OrganisationId organisation, long request) {
        return database.write(tx -> remove(tx, organisation, request));
    }

    /** Whether an address that was written to carries the code. */
    boolean hasCode(Tx tx, OrganisationId organisation, String to) {
        String code = rules(tx, organisation).code();
        int at = to.lastIndexOf('@');
        String local = (at < 0 ? to : to.substring(0, at)).toLowerCase(Locale.ROOT);
        int mark = local.indexOf(BEFORE);
        return !code.isEmpty() && mark >= 0 && local.substring(mark + BEFORE.length()).equals(code);
    }

    /** Whether a mail says the code and nothing else. */
    boolean isCode(Tx tx, OrganisationId organisation, ReceivedMail mail) {
        String code = rules(tx, organisation).code();
        List<String> lines = Intent.ownLines(mail.text());
        return !code.isEmpty()
                && (lines.equals(List.of(code))
                        || (lines.isEmpty() && mail.subject().strip().equalsIgnoreCase(code)));
    }

    /** What a newcomer may do. */
    enum Admission {
        JOINS,
        NEEDS_CODE,
        WAITS
    }

    Admission admission(Tx tx, OrganisationId organisation, boolean withCode) {
        Rules rules = rules(tx, organisation);
        if (!rules.code().isEmpty() && !withCode) {
            return Admission.NEEDS_CODE;
        }
        return rules.approval() ? Admission.WAITS : Admission.JOINS;
    }

    /** Writes down that someone wants to join; once, however often they write. */
    void request(Tx tx, OrganisationId organisation, EmailAddress from, ReceivedMail mail) {
        long known =
                tx.count(
                        "SELECT COUNT(*) AS n FROM join_request WHERE organisation_id = ? AND address_key = ?",
                        organisation.value(),
                        from.key());
        if (known == 0) {
            tx.update(
                    """
                    INSERT INTO join_request(id, organisation_id, address, address_key, name, received, in_reply_to)
                    VALUES (?, ?, ?, ?, ?, ?, ?)""",
                    ids.next(),
                    organisation.value(),
                    from.smtp(),
                    from.key(),
                    name(mail),
                    clock.instant(),
                    mail.mailId().filter(id -> id.length() <= 390));
        }
    }

    /** A member as far as a mail tells of one. */
    NewMember newMember(ReceivedMail mail, EmailAddress from) {
        return named(name(mail), from);
    }

    /** Whether this is no name, but what stands for that of one who joined without telling it. */
    public static boolean isUnnamed(String name) {
        return Answering.isUnnamed(name);
    }

    private NewMember named(String name, EmailAddress from) {
        return new NewMember(name, "", List.of(from), Map.of());
    }

    private String name(ReceivedMail mail) {
        String shown = mail.displayName().replaceAll("\\p{Cntrl}", " ").strip();
        String name =
                shown.isEmpty() || shown.contains("@")
                        ? parts.answering.text("join.unnamed")
                        : shown;
        return name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) : name;
    }

    private static Optional<Waiting> find(Tx tx, OrganisationId organisation, long request) {
        return tx.queryOne(
                "SELECT id, address, name, received FROM join_request WHERE id = ? AND organisation_id = ?",
                Joining::waiting,
                request,
                organisation.value());
    }

    private static boolean remove(Tx tx, OrganisationId organisation, long request) {
        return tx.update(
                        "DELETE FROM join_request WHERE id = ? AND organisation_id = ?",
                        request,
                        organisation.value())
                == 1;
    }

    private static Waiting waiting(Row row) {
        return new Waiting(
                row.longValue("id"),
                row.text("address"),
                row.text("name"),
                row.instant("received"));
    }
}
