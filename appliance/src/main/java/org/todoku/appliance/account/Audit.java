package org.todoku.appliance.account;

import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.todoku.appliance.kernel.Ids;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.store.Tx;

/**
 * The trail of what administrators and the system did. Written in the transaction of the act
 * itself.
 */
public final class Audit {
    private static final int MAX_DETAIL = 2000;

    private final Database database;
    private final Ids ids;
    private final InstantSource clock;

    public Audit(Database database, Ids ids, InstantSource clock) {
        this.database = database;
        this.ids = ids;
        this.clock = clock;
    }

    public void record(
            Tx tx, OrganisationId organisation, String actor, String act, String detail) {
        record(tx, Optional.of(organisation), actor, act, detail);
    }

    /** The same of what may concern no organisation, but the machine. */
    public void record(
            Tx tx, Optional<OrganisationId> organisation, String actor, String act, String detail) {
        tx.update(
                "INSERT INTO audit(id, organisation_id, happened, actor, act, detail) VALUES (?, ?, ?, ?, ?, ?)",
                ids.next(),
                organisation.map(OrganisationId::value).orElse(null),
                clock.instant(),
                actor,
                act,
                detail.length() > MAX_DETAIL ? detail.substring(0, MAX_DETAIL) : detail);
    }

    /** The newest entries of an organisation, newest first. */
    public List<AuditEntry> newest(OrganisationId organisation, int limit) {
        return database.read(
                tx ->
                        tx.query(
                                """
                                SELECT happened, actor, act, detail FROM audit
                                WHERE organisation_id = ? ORDER BY happened DESC, id DESC
                                FETCH FIRST ? ROWS ONLY"""
                                        + tx.dialect().stale(),
                                row ->
                                        new AuditEntry(
                                                row.instant("happened"),
                                                row.text("actor"),
                                                row.text("act"),
                                                row.text("detail")),
                                organisation.value(),
                                limit));
    }
}
