package org.todoku.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Out of a running service by its archive, and into a service elsewhere. */
class ExportCommandTest {
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir Path folder;

    @Test
    void anOrganisationLeavesARunningServerAndArrivesAtAnother() throws Exception {
        SampleService old = new SampleService(folder.resolve("old"), "local-and-archive").setUp();
        Path file = folder.resolve("aoba.zip");
        try (Child server = old.serve()) {
            old.addMembers("child", SampleService.MEMBERS);
            String sent =
                    old.post(
                            "/api/v1/messages",
                            "application/json",
                            "{\"subject\":\"x\",\"body\":\"y\",\"audience\":{\"everyone\":true}}");
            assertThat(sent).contains("id");
            Command busy = export(old, folder.resolve("no.zip"));
            assertThat(busy.status()).as(busy.err()).isEqualTo(3);
            assertThat(busy.err()).contains("a server runs").contains("console");

            Command done =
                    Command.run(
                            "export",
                            "--archive",
                            old.archiveUrl(),
                            "--key-file",
                            old.key().toString(),
                            "--to",
                            file.toString(),
                            "--json");
            assertThat(done.status()).as(done.err()).isZero();
            JsonNode result = result(done);
            assertThat(result.path("organisation").asText()).isEqualTo("aoba");
            assertThat(result.path("rows").path("members.csv").asInt()).isEqualTo(40);
            assertThat(result.path("rows").path("deliveries.csv").asInt()).isEqualTo(40);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
            Command busyImport = take(old, file, "--slug", "copy");
            assertThat(busyImport.status()).isEqualTo(1);
            assertThat(busyImport.err()).contains("an administrator of another organisation");
            server.signal("TERM");
            assertThat(server.status()).isNotNegative();
        }
        assertThat(export(old, file).status()).as("never over a file that is there").isEqualTo(3);
        Command stopped = export(old, folder.resolve("stopped.zip"));
        assertThat(stopped.status()).as(stopped.err()).isZero();
        arrives(file);
    }

    private void arrives(Path file) throws Exception {
        SampleService fresh = new SampleService(folder.resolve("new"), "local");
        fresh.configure("1s");
        Path password = Files.writeString(folder.resolve("password"), "another password\n");
        Command dry = take(fresh, file, "--dry-run");
        assertThat(dry.status()).as(dry.err()).isZero();
        assertThat(dry.out()).contains("would be imported");
        Command done =
                take(
                        fresh,
                        file,
                        "--admin-email",
                        "admin@example.jp",
                        "--admin-password-file",
                        password.toString(),
                        "--json");
        assertThat(done.status()).as(done.err()).isZero();
        JsonNode result = result(done);
        fresh.useToken(result.path("token").asText());
        Command again = take(fresh, file);
        assertThat(again.status()).isEqualTo(1);
        assertThat(again.err()).contains("slug \"aoba\" already").contains("nothing was changed");
        Command dryAgain = take(fresh, file, "--dry-run");
        assertThat(dryAgain.out()).contains("would be refused");
        Command into = take(fresh, file, "--into", "aoba");
        assertThat(into.status()).isEqualTo(1);
        assertThat(into.err()).contains("not empty: it has 40 in members.csv");
        try (Child server = fresh.serve()) {
            JsonNode queue = JSON.readTree(fresh.get("/api/v1/system")).path("queue");
            assertThat(queue.path("onHold").asInt()).as(queue.toString()).isEqualTo(1);
            assertThat(queue.path("claimed").asInt()).isZero();
            assertThat(fresh.get("/api/v1/members")).contains("child 7");
            assertThat(server.isAlive()).isTrue();
        }
    }

    @Test
    void listsOfOtherProgramsComeIntoAnOrganisation() throws Exception {
        SampleService service = new SampleService(folder.resolve("s"), "local").setUp();
        Path list =
                Files.writeString(
                        folder.resolve("members.txt"),
                        "Anne Person <anne@example.com>\nno address here\n");
        Command dry = take(service, list, "--format", "mailman", "--list", "ant", "--dry-run");
        assertThat(dry.status()).as(dry.err()).isZero();
        assertThat(dry.out()).contains("1 would be created", "line 2");
        Command done = take(service, list, "--format", "mailman", "--list", "ant", "--json");
        assertThat(done.status()).as(done.err()).isZero();
        assertThat(result(done).path("created").asInt()).isEqualTo(1);
        assertThat(result(done).path("skipped").asInt()).isEqualTo(1);
        Command again = take(service, list, "--format", "mailman", "--list", "ant", "--json");
        assertThat(result(again).path("created").asInt()).isZero();
        assertThat(take(service, list, "--format", "excel").status()).isEqualTo(2);
        try (Child server = service.serve()) {
            assertThat(service.get("/api/v1/members")).contains("Anne Person", "ant");
            assertThat(server.isAlive()).isTrue();
        }
    }

    private static Command export(SampleService service, Path to) {
        return Command.run(
                "export",
                "--data",
                service.data().toString(),
                "--config",
                service.config().toString(),
                "--to",
                to.toString());
    }

    private static Command take(SampleService service, Path file, String... more) {
        String[] words = {
            "import",
            "--data",
            service.data().toString(),
            "--config",
            service.config().toString(),
            "--from",
            file.toString()
        };
        String[] all = java.util.Arrays.copyOf(words, words.length + more.length);
        System.arraycopy(more, 0, all, words.length, more.length);
        return Command.run(all);
    }

    private static JsonNode result(Command command) throws Exception {
        String last = command.out().lines().reduce((a, b) -> b).orElseThrow();
        return JSON.readTree(last).path("result");
    }
}
