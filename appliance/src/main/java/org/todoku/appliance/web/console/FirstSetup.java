package org.todoku.appliance.web.console;

import org.todoku.appliance.account.Administrators;
import org.todoku.appliance.account.ApiTokens;
import org.todoku.appliance.account.Organisation;
import org.todoku.appliance.account.Organisations;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.kernel.Secret;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.store.Tx;

/**
 * Makes the organisation, its first administrator and an API token; the same for the command line
 * and the browser. Refuses, as forbidden, where there is an organisation already. One at a time.
 */
public final class FirstSetup {
    private static final String WHAT = "set up";

    /** As account demands it. */
    private static final int MIN_PASSWORD = 8;

    private static final int MAX_PASSWORD = 256;

    private final Database database;
    private final Organisations organisations;
    private final Administrators administrators;
    private final ApiTokens tokens;
    private volatile boolean done;

    public FirstSetup(
            Database database,
            Organisations organisations,
            Administrators administrators,
            ApiTokens tokens) {
        this.database = database;
        this.organisations = organisations;
        this.administrators = administrators;
        this.tokens = tokens;
    }

    /** What the operator decides. */
    public record Answers(String organisation, String slug, String adminEmail, Secret password) {}

    /** Whether there is no organisation yet. Asks the database only until there is one. */
    public boolean needed() {
        if (!done) {
            done = !organisations.all().isEmpty();
        }
        return !done;
    }

    /** Does it; answers the API token, the only time that it is seen. */
    public synchronized Secret run(Answers answers) {
        if (!needed()) {
            throw new FaultException(
                    Fault.CONFLICT,
                    WHAT,
                    "this data directory is set up already",
                    "sign in at /console/, or name an empty --data");
        }
        EmailAddress email = EmailAddress.of(answers.adminEmail());
        int length = answers.password().value().length();
        if (length < MIN_PASSWORD || length > MAX_PASSWORD) {
            throw new FaultException(
                    Fault.INVALID_REQUEST,
                    WHAT,
                    "the password has " + length + " characters",
                    "use " + MIN_PASSWORD + " to " + MAX_PASSWORD + " characters");
        }
        Secret token = database.write(tx -> make(tx, answers, email));
        done = true;
        return token;
    }

    /** In one transaction: an organisation that nobody can sign in to would be of no use. */
    private Secret make(Tx tx, Answers answers, EmailAddress email) {
        Organisation made = organisations.create(tx, answers.organisation(), answers.slug());
        administrators.create(tx, made.id(), email, email.local(), answers.password());
        return tokens.create(tx, made.id(), "setup");
    }
}
