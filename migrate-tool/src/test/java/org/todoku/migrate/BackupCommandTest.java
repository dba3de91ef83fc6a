package org.todoku.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
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
    void followsIntoASecondArchive() {
        for (int run = 0; run < 2; run++) {
            Command follow = follow("second", "second.key");
            assertThat(follow.status()).as(follow.toString()).isZero();
            assertThat(follow.out()).contains("shipped up to");
        }
        Command verify =
                Command.run(
                        "verify",
                        "--archive",
                        folder.resolve("second").toUri().toString(),
                        "--key-file",
                        folder.resolve("second.key").toString());
        assertThat(verify.status()).as(verify.toString()).isZero();
        assertThat(verify.out()).contains("nothing is missing: 1 whole bases");
    }

    /** In one bucket with the server's own, and nothing of either is the other's. */
    @Test
    void followsBesideTheServersOwnArchive() throws Exception {
        List<String> before = keys();
        for (int run = 0; run < 2; run++) {
            Command follow = follow("archive", "second.key");
            assertThat(follow.status()).as(follow.toString()).isZero();
            assertThat(follow.out() + follow.err()).contains("archive/second");
        }
        assertThat(keys().stream().filter(key -> !key.startsWith("second/"))).isEqualTo(before);
        for (String place : new String[] {"archive", "archive/second"}) {
            Path key = folder.resolve(place.equals("archive") ? "archive.key" : "second.key");
            String url = folder.resolve(place).toUri().toString();
            Command verify = Command.run("verify", "--archive", url, "--key-file", key.toString());
            assertThat(verify.status()).as(verify.toString()).isZero();
            assertThat(verify.out()).contains("nothing is missing: 1 whole bases");
        }
    }

    private List<String> keys() throws IOException {
        Path archive = folder.resolve("archive");
        try (Stream<Path> files = Files.walk(archive)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> archive.relativize(file).toString())
                    .filter(key -> !key.startsWith("verified/") && !key.startsWith("status/"))
                    .sorted()
                    .toList();
        }
    }

    private Command follow(String archive, String key) {
        return Command.run(
                "backup",
                "--follow",
                "--once",
                "--data",
                folder.resolve("data").toString(),
                "--config",
                config.toString(),
                "--archive",
                folder.resolve(archive).toUri().toString(),
                "--key-file",
                folder.resolve(key).toString());
    }

    @Test
    void asksTheServerThatRuns() {
        Map<String, Object> facts = Map.of("base", "b-1", "bytes", 4096, "ownBytes", 7);
        try (ControlSocket server =
                new ControlSocket(
                        folder.resolve("data"), Map.of("base", (wanted, told) -> facts))) {
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
                                (wanted, told) -> {
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
