package org.todoku.appliance.account;

import java.time.InstantSource;
import java.util.Optional;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.kernel.Ids;
import org.todoku.appliance.kernel.Secret;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.store.DuplicateKeyException;
import org.todoku.appliance.store.Row;
import org.todoku.appliance.store.Tx;

/** The people who may sign in. Thread-safe. */
public final class Administrators {
    /** Stands in the place of a hash: nobody can sign in with any password. */
    public static final String NO_PASSWORD = "!";

    private static final String COLUMNS =
            "SELECT id, organisation_id, email, name, password_hash FROM administrator";

    private final Database database;
    private final Ids ids;
    private final InstantSource clock;
    private final Passwords passwords = new Passwords();

    private record Known(Administrator administrator, String hash) {}

    public Administrators(Database database, Ids ids, InstantSource clock) {
        this.database = database;
        this.ids = ids;
        this.clock = clock;
    }

    /**
     * Makes one. Refuses a password under 8 characters, and as conflict an e-mail that has an
     * account.
     */
    public Administrator create(
            OrganisationId organisation, EmailAddress email, String name, Secret password) {
        try {
            return database.write(tx -> create(tx, organisation, email, name, password));
        } catch (DuplicateKeyException e) {
            throw new FaultException(
                    Fault.CONFLICT,
                    "create the administrator",
                    "there is an account with this e-mail address",
                    "sign in with it or use another address",
                    e);
        }
    }

    /** The same inside a transaction of the caller's; a taken e-mail ends that transaction. */
    public Administrator create(
            Tx tx, OrganisationId organisation, EmailAddress email, String name, Secret password) {
        AdministratorId id = new AdministratorId(ids.next());
        tx.update(
                """
                INSERT INTO administrator
                  (id, organisation_id, email, name, password_hash, role, created)
                VALUES (?, ?, ?, ?, ?, 'administrator', ?)""",
                id.value(),
                organisation.value(),
                email.key(),
                name,
                passwords.hash(password),
                clock.instant());
        return new Administrator(id, organisation, email, name);
    }

    /**
     * The administrator whose password this is. Writes nothing; takes the same time for an unknown
     * e-mail.
     */
    public Optional<Administrator> signIn(EmailAddress email, Secret password) {
        Optional<Known> known =
                database.read(
                        tx ->
                                tx.queryOne(
                                        COLUMNS + " WHERE email = ?" + tx.dialect().stale(),
                                        Administrators::map,
                                        email.key()));
        if (known.filter(k -> !k.hash.equals(NO_PASSWORD)).isEmpty()) {
            passwords.pretend(password);
            return Optional.empty();
        }
        return known.filter(k -> passwords.matches(password, k.hash)).map(Known::administrator);
    }

    /**
     * Lets an administrator sign in with this password; false when the organisation has none with
     * this e-mail.
     */
    public boolean setPassword(
            Tx tx, OrganisationId organisation, EmailAddress email, Secret password) {
        return tx.update(
                        "UPDATE administrator SET password_hash = ?"
                                + " WHERE organisation_id = ? AND email = ?",
                        passwords.hash(password),
                        organisation.value(),
                        email.key())
                == 1;
    }

    public Optional<Administrator> find(AdministratorId id) {
        return database.read(
                        tx ->
                                tx.queryOne(
                                        COLUMNS + " WHERE id = ?" + tx.dialect().stale(),
                                        Administrators::map,
                                        id.value()))
                .map(Known::administrator);
    }

    public void changePassword(AdministratorId id, Secret password) {
        String hash = passwords.hash(password);
        int changed =
                database.write(
                        tx ->
                                tx.update(
                                        "UPDATE administrator SET password_hash = ? WHERE id = ?",
                                        hash,
                                        id.value()));
        if (changed != 1) {
            throw new FaultException(
                    Fault.NOT_FOUND,
                    "change the password",
                    "there is no such account",
                    "sign in again");
        }
    }

    private static Known map(Row row) {
        return new Known(
                new Administrator(
                        new AdministratorId(row.longValue("id")),
                        new OrganisationId(row.longValue("organisation_id")),
                        EmailAddress.of(row.text("email")),
                        row.text("name")),
                row.text("password_hash"));
    }
}
