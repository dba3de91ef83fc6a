package org.todoku.appliance.inbound;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.audience.Audience;
import org.todoku.appliance.audience.AudienceJson;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.kernel.Ids;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.store.DuplicateKeyException;
import org.todoku.appliance.store.Row;
import org.todoku.appliance.store.Tx;

/**
 * Those who may send to an audience by a mail from their phone. Each has a secret address, {@code
 * SLUG+sSECRET@domain}; who writes to {@code SLUG+send@domain} instead is asked once more.
 * Thread-safe.
 */
public final class ProxySenders {
    /** Written to without the secret. */
    static final String ASKING = "+send";

    private static final String SECRET = "+s";
    private static final int MOST = 100;
    private static final int MAX_NAME = 60;
    private static final int MAX_AUDIENCE = 8000;
    private static final int SECRET_LENGTH = 12;
    private static final int TRIES = 50;
    private static final String COLUMNS =
            "SELECT id, address, name, secret, audience, urgent, created FROM proxy_sender ";

    private final Database database;
    private final Ids ids;
    private final InstantSource clock;
    private final RandomGenerator random;

    public ProxySenders(Database database, Ids ids, InstantSource clock, RandomGenerator random) {
        this.database = database;
        this.ids = ids;
        this.clock = clock;
        this.random = random;
    }

    /** What an administrator says of one. */
    public record Registration(
            EmailAddress address, String name, Audience audience, boolean urgent) {
        public Registration {
            name = name.strip();
            if (name.isEmpty()
                    || name.length() > MAX_NAME
                    || name.codePoints().anyMatch(Character::isISOControl)) {
                throw refused("the name is empty or longer than " + MAX_NAME + " characters");
            }
        }
    }

    /** One who may send. */
    public record Sender(
            long id,
            EmailAddress address,
            String name,
            String secret,
            Audience audience,
            boolean urgent,
            Instant created) {
        /** Where this one writes to, without the domain. */
        public String local(String slug) {
            return slug + SECRET + secret;
        }
    }

    /**
     * A mail that wanted to be sent on, and what became of it.
     *
     * @param sent whether it was; else {@code result} says why not, or that it was asked back
     */
    public record Attempt(Instant received, String from, boolean sent, String result) {}

    /** Registers one, with a fresh secret; conflict when the address is registered. */
    public Sender register(OrganisationId organisation, Registration wanted) {
        String audience = AudienceJson.write(wanted.audience);
        if (audience.length() > MAX_AUDIENCE) {
            throw refused("the audience is too long");
        }
        Sender sender =
                new Sender(
                        ids.next(),
                        wanted.address,
                        wanted.name,
                        Joining.freshCode(random, SECRET_LENGTH),
                        wanted.audience,
                        wanted.urgent,
                        clock.instant());
        try {
            database.change(tx -> insert(tx, organisation, sender, audience));
            return sender;
        } catch (DuplicateKeyException e) {
            throw new FaultException(
                    Fault.CONFLICT,
                    "register the sender",
                    "this address is registered already",
                    "remove it first to change what it may do",
                    e);
        }
    }

    private static void insert(Tx tx, OrganisationId organisation, Sender one, String audience) {
        long there =
                tx.count(
                        "SELECT COUNT(*) AS n FROM proxy_sender WHERE organisation_id = ?",
                        organisation.value());
        if (there >= MOST) {
            throw refused("there are " + MOST + " already");
        }
        tx.update(
                """
                INSERT INTO proxy_sender(id, organisation_id, address, address_key, name, secret, audience,
                  urgent, created)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                one.id,
                organisation.value(),
                one.address.smtp(),
                one.address.key(),
                one.name,
                one.secret,
                audience,
                one.urgent,
                one.created);
    }

    /** All, by name. */
    public List<Sender> list(OrganisationId organisation) {
        return database.read(
                tx ->
                        tx.query(
                                COLUMNS
                                        + "WHERE organisation_id = ? ORDER BY name, id FETCH FIRST ? ROWS ONLY"
                                        + tx.dialect().stale(),
                                ProxySenders::sender,
                                organisation.value(),
                                MOST));
    }

    /** From now on a mail from there is only a mail; false when there is no such sender. */
    public boolean remove(OrganisationId organisation, long sender) {
        return database.write(
                tx -> {
                    tx.update(
                            """
                            DELETE FROM proxy_draft WHERE sender_id IN
                              (SELECT id FROM proxy_sender WHERE id = ? AND organisation_id = ?)""",
                            sender,
                            organisation.value());
                    return tx.update(
                                    "DELETE FROM proxy_sender WHERE id = ? AND organisation_id = ?",
                                    sender,
                                    organisation.value())
                            == 1;
                });
    }

    /** What came last, the newest first, 50 at most. */
    public List<Attempt> attempts(OrganisationId organisation) {
        return database.read(
                tx ->
                        tx.query(
                                """
                                SELECT received, envelope_from, state, result FROM inbound_mail
                                WHERE organisation_id = ? AND state IN ('sent', 'asked', 'refused')
                                ORDER BY id DESC FETCH FIRST ? ROWS ONLY"""
                                        + tx.dialect().stale(),
                                row ->
                                        new Attempt(
                                                row.instant("received"),
                                                EmailAddress.masked(row.text("envelope_from")),
                                                row.text("state").equals("sent"),
                                                EmailAddress.masked(
                                                        row.optionalText("result").orElse(""))),
                                organisation.value(),
                                TRIES));
    }

    /** Whose secret stands in an address of ours. */
    Optional<Sender> bySecret(Tx tx, OrganisationId organisation, String to) {
        int at = to.lastIndexOf('@');
        String local = (at < 0 ? to : to.substring(0, at)).toLowerCase(Locale.ROOT);
        int mark = local.indexOf(SECRET);
        String secret = mark < 0 ? "" : local.substring(mark + SECRET.length());
        return secret.length() != SECRET_LENGTH
                ? Optional.empty()
                : tx.queryOne(
                        COLUMNS + "WHERE organisation_id = ? AND secret = ?",
                        ProxySenders::sender,
                        organisation.value(),
                        secret);
    }

    Optional<Sender> byAddress(Tx tx, OrganisationId organisation, EmailAddress from) {
        return tx.queryOne(
                COLUMNS + "WHERE organisation_id = ? AND address_key = ?",
                ProxySenders::sender,
                organisation.value(),
                from.key());
    }

    private static Sender sender(Row row) {
        return new Sender(
                row.longValue("id"),
                EmailAddress.of(row.text("address")),
                row.text("name"),
                row.text("secret"),
                AudienceJson.read(row.text("audience")),
                row.bool("urgent"),
                row.instant("created"));
    }

    private static FaultException refused(String why) {
        return new FaultException(
                Fault.INVALID_REQUEST,
                "register the sender",
                why,
                "give a name, a mail address and an audience");
    }
}
