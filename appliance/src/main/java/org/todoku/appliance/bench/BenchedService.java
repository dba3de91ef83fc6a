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

    /**
     * Where a bench works.
     *
     * @param data the data directory
     * @param archive the folder of the archive
     * @param key the archive's key file, made if it is missing
     */
    record Place(Path data, Path archive, Path key) {}
}
