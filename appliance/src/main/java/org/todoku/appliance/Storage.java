package org.todoku.appliance;

import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.todoku.appliance.delivery.Durability;
import org.todoku.appliance.store.WriteGate;
import org.todoku.appliance.web.SystemState;

/**
 * Where the data lies and what is known about it: the only thing of the appliance that differs with
 * an archive.
 *
 * @param jdbcUrl what to open
 * @param durability how a commit is known to outlive this machine
 * @param state what the pages tell about storage and archive
 * @param closing runs after the database is closed
 */
record Storage(String jdbcUrl, Durability durability, SystemState state, AutoCloseable closing) {
    private static final Logger LOG = LoggerFactory.getLogger(Storage.class);

    /** Opens the storage for a data directory; the gate is closed and opened by who watches it. */
    @FunctionalInterface
    interface Opener {
        Storage open(ApplianceConfig config, Path dataDirectory, WriteGate gate);
    }

    /** Embedded Derby on the local disk, or the database that is configured; no archive. */
    static Storage local(ApplianceConfig config, Path dataDirectory, WriteGate gate) {
        config.archive()
                .url()
                .ifPresent(at -> LOG.warn("this build has no archive; nothing is kept at {}", at));
        String url =
                config.database()
                        .url()
                        .orElse("jdbc:derby:" + dataDirectory.resolve("db") + ";create=true");
        return new Storage(url, Durability.LOCAL, new LocalState(gate), () -> {});
    }
}
