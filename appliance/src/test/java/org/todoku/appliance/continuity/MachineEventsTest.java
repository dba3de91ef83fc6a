package org.todoku.appliance.continuity;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.Ids;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.store.Schema;
import org.todoku.appliance.store.WriteGate;

/** Changes are written down with the time at which they happened, also those while nothing was. */
class MachineEventsTest {
    @TempDir Path folder;
    private Instant now = Instant.parse("2026-11-26T12:00:00Z");
    private MachineState state =
            new MachineState("normal", "accepted", "written", "", MachineState.NO_DEVICE);

    @Test
    void whatHappensWhileWritesAreRefusedIsWrittenAfterwards() {
        WriteGate gate = new WriteGate();
        try (Database database =
                Database.open("jdbc:derby:" + folder.resolve("db") + ";create=true", gate)) {
            Schema.migrate(database);
            InstantSource clock = () -> now;
            MachineEvents events =
                    new MachineEvents(
                            database, new Ids(clock, new SecureRandom()), clock, () -> state);
            events.look();
            assertThat(written(database))
                    .containsExactly("storage normal", "writes accepted", "archive written");
            gate.close(Fault.STORAGE_UNAVAILABLE, "the disk is stuck", "wait");
            now = now.plusSeconds(60);
            state =
                    new MachineState(
                            "isolated",
                            "refused",
                            "troubled",
                            "stuck",
                            new MachineState.Device("hangs", "device vda: 3 requests in flight"));
            events.look();
            events.look();
            assertThat(written(database)).hasSize(3);
            gate.open();
            now = now.plusSeconds(60);
            events.look();
            assertThat(written(database))
                    .hasSize(7)
                    .contains(
                            "storage isolated",
                            "writes refused",
                            "archive troubled",
                            "device hangs");
            long then =
                    database.read(
                            tx ->
                                    tx.count(
                                            "SELECT COUNT(*) AS n FROM machine_event WHERE happened"
                                                    + " = ?",
                                            Instant.parse("2026-11-26T12:01:00Z")));
            assertThat(then).isEqualTo(4);
        }
    }

    private static List<String> written(Database database) {
        return database.read(
                tx ->
                        tx.query(
                                "SELECT kind, state FROM machine_event ORDER BY happened, id",
                                row -> row.text("kind") + " " + row.text("state")));
    }
}
