package org.todoku.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.continuity.ControlSocket;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.backup.TestDatabase;
import org.todoku.backup.archive.Archive;

/** {@code todoku-migrate backup}: with and without a running server. */
class BackupCommandTest {
    @TempDir Path folder;

    private Path config;

    @BeforeEach
    void makeArchive() throws Exception {
        try (TestDatabase database = TestDatabase.open(folder, "data")) {
            database.insert(1, 10);
        }
        config = folder.resolve("todoku.yaml");
        Files.writeString(
                config,
                """
                archive: { url: "%s", key-file: "%s" }
                mail: { domain: example.jp }
                """
                        .formatted(
                                folder.resolve("archive").toUri(), folder.resolve("archive.key")));
    }

    @Test
    void opensTheDirectoryWhenNoServerRuns() {
        int before = bases();
        Command command = backup(folder.resolve("data"));
        assertThat(command.status()).as(command.toString()).isZero();
        assertThat(command.out()).contains("is in the archive", "no server runs here");
        assertThat(bases()).isEqualTo(before + 1);
        TestDatabase.restore(folder, "restored", java.util.Optional.empty());
        assertThat(folder.resolve("restored/db/service.properties")).exists();
    }

    @Test
    void aFullBaseGoesOnFromNoOther() {
        Path data = folder.resolve("data");
        Command full =
                Command.run(
                        "backup",
                        "--full",
                        "--data",
                        data.toString(),
                        "--config",
                        config.toString());
        assertThat(full.status()).as(full.toString()).isZero();
        try (Archive archive = TestDatabase.archive(folder)) {
            assertThat(archive.bases().getLast().parent()).isEmpty();
            assertThat(archive.bases()).hasSize(2);
        }
        Command next = backup(data);
        assertThat(next.status()).isZero();
        try (Archive archive = TestDatabase.archive(folder)) {
            assertThat(archive.bases().getLast().parent()).contains(archive.bases().get(1).id());
        }
    }

    @Test
    void asksTheServerThatRuns() {
        Map<String, Object> facts = Map.of("base", "b-1", "bytes", 4096, "ownBytes", 7);
        try (ControlSocket server =
                new ControlSocket(folder.resolve("data"), Map.of("base", () -> facts))) {
            server.start();
            Command command = backup(folder.resolve("data"));
            assertThat(command.status()).as(command.toString()).isZero();
            assertThat(command.out())
                    .contains("base b-1 of 4,096 bytes", "7 of them new", "by the running server");
        }
        assertThat(folder.resolve("data/control.sock")).doesNotExist();
    }

    @Test
    void passesOnWhatTheServerRefused() {
        FaultException fault =
                new FaultException(Fault.FENCED, "take a base", "the service moved", "look there");
        try (ControlSocket server =
                new ControlSocket(
                        folder.resolve("data"),
                        Map.of(
                                "base",
                                () -> {
                                    throw fault;
                                }))) {
            server.start();
            Command command = backup(folder.resolve("data"));
            assertThat(command.status()).as(command.toString()).isEqualTo(3);
            assertThat(command.err()).contains("the service moved", "look there");
        }
    }

    @Test
    void aSocketThatAKilledServerLeftIsNobody() throws Exception {
        Path data = folder.resolve("data");
        ControlSocket server = new ControlSocket(data, Map.of());
        server.start();
        Path socket = data.resolve("control.sock");
        Path kept = data.resolve("kept.sock");
        Files.move(socket, kept);
        server.close();
        Files.move(kept, socket);
        Command command = backup(data);
        assertThat(command.status()).as(command.toString()).isZero();
        assertThat(command.out()).contains("no server runs here");
    }

    @Test
    void saysWhatIsNoDataDirectory() {
        Command command = backup(folder.resolve("nowhere"));
        assertThat(command.status()).isEqualTo(2);
        assertThat(command.err()).contains("there is no database in");
    }

    private Command backup(Path data) {
        return Command.run("backup", "--data", data.toString(), "--config", config.toString());
    }

    private int bases() {
        try (Archive archive = TestDatabase.archive(folder)) {
            return archive.bases().size();
        }
    }
}
