package org.todoku.appliance.delivery;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.store.Tx;

/**
 * The SQL that the ledger and the automatic mails share. The name is a constant of ours, never
 * input.
 */
record OutboxTable(String name) {
    /** Marks these as claimed; answers those that were still free. */
    List<Parcel> claim(Tx tx, List<Parcel> candidates, Instant now) {
        List<@Nullable Object[]> rows = new ArrayList<>();
        candidates.forEach(parcel -> rows.add(new @Nullable Object[] {now, parcel.id()}));
        int[] changed =
                tx.batch(
                        "UPDATE "
                                + name
                                + " SET outcome = 'claimed', claimed_at = ?, attempts = attempts + 1"
                                + " WHERE id = ? AND outcome IN ('queued', 'deferred')",
                        rows);
        List<Parcel> claimed = new ArrayList<>();
        for (int i = 0; i < changed.length; i++) {
            if (changed[i] == 1) {
                claimed.add(candidates.get(i));
            }
        }
        return claimed;
    }

    void record(Tx tx, List<Report> reports, Instant now) {
        List<@Nullable Object[]> rows = new ArrayList<>();
        for (Report report : reports) {
            boolean open =
                    report.outcome() == Outcome.QUEUED || report.outcome() == Outcome.DEFERRED;
            rows.add(
                    new @Nullable Object[] {
                        report.outcome().code(),
                        open ? null : now,
                        report.nextAttempt(),
                        report.stage(),
                        report.response(),
                        report.relay(),
                        // Given back unsent, the attempt did not take place.
                        report.outcome() == Outcome.QUEUED ? 1 : 0,
                        report.parcel().id()
                    });
        }
        tx.batch(
                "UPDATE "
                        + name
                        + " SET outcome = ?, finished_at = ?, next_attempt = ?, stage = ?, response = ?, relay = ?,"
                        + " attempts = attempts - ? WHERE id = ? AND outcome = 'claimed'",
                rows);
    }
}
