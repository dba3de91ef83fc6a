package org.todoku.appliance.bench;

import java.nio.file.Path;

/** The real service, for benches that need its tables and its pages. */
public interface BenchedService {
    /**
     * Makes a data directory with an archive: so many members, a base of them, and then log behind
     * that base.
     *
     * @param logBytes about how much log is written after the base
     */
    void prepare(Place place, int members, long logBytes) throws Exception;

    /** Serves a directory without an archive; returns when it answers. Stops on close. */
    AutoCloseable serve(Path data) throws Exception;

    /** Sends one message to so many members, each mail signed, with the ledger in the archive. */
    Sent sendToAll(Place place, Mails mails) throws Exception;

    /**
     * What is sent.
     *
     * @param relayPort of the relay on loopback
     */
    record Mails(int recipients, int relayPort, int connections) {}

    /**
     * How that went.
     *
     * @param perSecond mails a second, from the first look for work to the last outcome recorded
     * @param storedSeconds until the message and its rows were committed
     * @param firstSeconds from then until the first mail was handed over
     * @param estimateOff the worst estimate of the end that was given from a tenth on, by so much
     *     of the whole time; NaN when none was given
     * @param coldPerSecond the same of the first message of the process, sent before
     * @param heapMib the most that was in use after a collection
     */
    record Sent(
            double perSecond,
            double storedSeconds,
            double firstSeconds,
            double heapMib,
            double estimateOff,
            double coldPerSecond) {
        /** The same, with what was measured before it. */
        public Sent after(double cold) {
            return new Sent(perSecond, storedSeconds, firstSeconds, heapMib, estimateOff, cold);
        }
    }

    /**
     * Where a bench works.
     *
     * @param data the data directory
     * @param archive the folder of the archive
     * @param key the archive's key file, made if it is missing
     */
    record Place(Path data, Path archive, Path key) {}
}
