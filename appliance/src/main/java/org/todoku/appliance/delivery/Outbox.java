package org.todoku.appliance.delivery;

import java.time.Instant;
import java.util.List;
import org.todoku.appliance.store.Tx;

/** A table of mails to be sent. The dispatcher is its only claimer. */
interface Outbox {
    /**
     * Marks up to this many due rows as claimed. Nothing may be sent before the transaction is
     * committed.
     */
    List<Parcel> claim(Tx tx, int limit, Instant now);

    /** Writes what became of claimed rows. */
    void record(Tx tx, List<Report> reports, Instant now);

    /**
     * Before the first claim of a process: decides on rows that an earlier process claimed and
     * left.
     */
    int recover(Tx tx, Instant now);
}
