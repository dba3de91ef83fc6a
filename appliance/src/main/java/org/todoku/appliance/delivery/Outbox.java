package org.todoku.appliance.delivery;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.todoku.appliance.store.Tx;

/** A table of mails to be sent. The dispatcher is its only claimer. */
interface Outbox {
    /**
     * Marks up to this many due rows as claimed. Nothing may be sent before the transaction is
     * committed.
     */
    List<Parcel> claim(Tx tx, Demand demand, Instant now);

    /**
     * What is wanted.
     *
     * @param limit rows at most
     * @param closed destinations of which none is wanted
     * @param room how many at most of a destination, in all of one claim
     * @param taken how many of each destination this claim has so far
     */
    record Demand(
            int limit, Set<String> closed, ToIntFunction<String> room, Map<String, Integer> taken) {
        Demand(int limit, Set<String> closed, ToIntFunction<String> room) {
            this(limit, closed, room, new HashMap<>());
        }

        /** What is left of it after so many rows. */
        Demand less(int rows) {
            return new Demand(limit - rows, closed, room, taken);
        }

        /** The first of these that have room, in their order. */
        List<Parcel> fitting(List<Parcel> candidates) {
            return candidates.stream()
                    .filter(
                            parcel ->
                                    taken.merge(parcel.destination(), 1, Integer::sum)
                                            <= room.applyAsInt(parcel.destination()))
                    .toList();
        }
    }

    /** Writes what became of claimed rows. */
    void record(Tx tx, List<Report> reports, Instant now);

    /**
     * Before the first claim of a process: decides on rows that an earlier process claimed and
     * left.
     */
    int recover(Tx tx, Instant now);
}
