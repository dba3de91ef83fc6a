package org.todoku.appliance.account;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.kernel.Ids;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.store.DuplicateKeyException;
import org.todoku.appliance.store.Row;
import org.todoku.appliance.store.Tx;

/** The organisations of this appliance. Thread-safe. */
public final class Organisations {
    /**
     * No plus sign, since SLUG+….@domain is for replies; no dot, to stay short on a phone's
     * keyboard.
     */
    private static final String WHAT = "create the organisation";

    private static final Pattern SLUG = Pattern.compile("[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?");

    private static final int MAX_NAME = 200;
    private static final String COLUMNS = "SELECT id, slug, name, created FROM organisation";

    private final Database database;
    private final Ids ids;
    private final InstantSource clock;

    public Organisations(Database database, Ids ids, InstantSource clock) {
        this.database = database;
        this.ids = ids;
        this.clock = clock;
    }

    /**
     * Makes one. Refuses an ill-formed name or slug as invalid-request and a taken slug as
     * conflict.
     */
    public Organisation create(String name, String slug) {
        try {
            return database.write(tx -> create(tx, name, slug));
        } catch (DuplicateKeyException e) {
            throw new FaultException(
                    Fault.CONFLICT,
                    WHAT,
                    "the slug \"" + slug + "\" is taken",
                    "choose another slug",
                    e);
        }
    }

    /** The same inside a transaction of the caller's; a taken slug ends that transaction. */
    public Organisation create(Tx tx, String name, String slug) {
        if (name.isBlank()
                || name.length() > MAX_NAME
                || name.codePoints().anyMatch(Character::isISOControl)) {
            throw new FaultException(
                    Fault.INVALID_REQUEST,
                    WHAT,
                    "its name is empty or too long",
                    "1 to 200 characters on one line");
        }
        if (!SLUG.matcher(slug).matches()) {
            throw new FaultException(
                    Fault.INVALID_REQUEST,
                    WHAT,
                    "the slug \"" + slug + "\" cannot be a short mail address",
                    "use 1 to 40 of a-z, 0-9 and -, not - at the ends");
        }
        Instant now = clock.instant();
        OrganisationId id = new OrganisationId(ids.next());
        tx.update(
                "INSERT INTO organisation(id, slug, name, created) VALUES (?, ?, ?, ?)",
                id.value(),
                slug,
                name.strip(),
                now);
        return new Organisation(id, slug, name.strip(), now);
    }

    public Optional<Organisation> find(OrganisationId id) {
        return database.read(
                tx ->
                        tx.queryOne(
                                COLUMNS + " WHERE id = ?" + tx.dialect().stale(),
                                Organisations::map,
                                id.value()));
    }

    public Optional<Organisation> bySlug(String slug) {
        return database.read(
                tx ->
                        tx.queryOne(
                                COLUMNS + " WHERE slug = ?" + tx.dialect().stale(),
                                Organisations::map,
                                slug));
    }

    /** One that is there, as a transaction sees it. */
    public Organisation named(Tx tx, String slug) {
        return tx.queryOne(COLUMNS + " WHERE slug = ?", Organisations::map, slug)
                .orElseThrow(
                        () ->
                                new FaultException(
                                        Fault.NOT_FOUND,
                                        "find the organisation",
                                        "there is none with the slug \"" + slug + "\"",
                                        "check the slug"));
    }

    /** All of them, oldest first; an appliance has a few, not thousands. */
    public List<Organisation> all() {
        return database.read(
                tx ->
                        tx.query(
                                COLUMNS + " ORDER BY id" + tx.dialect().stale(),
                                Organisations::map));
    }

    private static Organisation map(Row row) {
        return new Organisation(
                new OrganisationId(row.longValue("id")),
                row.text("slug"),
                row.text("name"),
                row.instant("created"));
    }
}
