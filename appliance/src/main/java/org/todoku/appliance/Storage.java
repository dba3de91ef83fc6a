package org.todoku.appliance;

import java.nio.file.Path;
import org.todoku.appliance.delivery.Durability;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
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
    /** Opens the storage for a data directory; the gate is closed and opened by who watches it. */
    @FunctionalInterface
    interface Opener {
        Storage open(ApplianceConfig config, Path dataDirectory, WriteGate gate);
    }

    /** Embedded Derby on the local disk, or the database that is configured; no archive. */
    static Storage local(ApplianceConfig config, Path dataDirectory, WriteGate gate) {
        if (config.archive().url().isPresent()) {
            throw new FaultException(
                    Fault.CONFIG_INVALID,
                    "open the archive " + config.archive().url().get(),
                    "this build has no archive",
                    "leave archive.url empty");
        }
        String url =
                config.database()
                        .url()
                        .orElse("jdbc:derby:" + dataDirectory.resolve("db") + ";create=true");
        return new Storage(url, Durability.LOCAL, new LocalState(gate), () -> {});
    }
}
