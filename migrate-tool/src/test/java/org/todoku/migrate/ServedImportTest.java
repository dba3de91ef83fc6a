package org.todoku.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code import} and {@code salvage --import} into a server that serves meanwhile. */
class ServedImportTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int MANY = 3_000;

    @TempDir Path folder;

    @Test
    void anOrganisationComesInWhileTheServerServesAnother() throws Exception {
        SampleService other = new SampleService(folder.resolve("other"), "local");
        other.setUp("みどり小学校", "midori");
        try (Child server = other.serve()) {
            other.addMembers("midori", MANY);
            String sent =
                    other.post(
                            "/api/v1/messages",
                            "application/json",
                            "{\"subject\":\"x\",\"body\":\"y\",\"audience\":{\"everyone\":true}}");
            assertThat(sent).contains("id");
            end(server);
        }
        Path file = folder.resolve("midori.zip");
        done(run(other, "export", "--to", file.toString()));
        SampleService here = new SampleService(folder.resolve("here"), "local-and-archive").setUp();
        Path password = Files.writeString(folder.resolve("password"), "another password\n");
        try (Child server = here.serve()) {
            String from = file.toString();
            JsonNode dry = result(done(run(here, "import", "--from", from, "--dry-run")));
            assertThat(dry.path("conflicts")).isEmpty();
            JsonNode made;
            try (Traffic traffic = new Traffic(here)) {
                Command imported =
                        done(
                                run(
                                        here,
                                        "import",
                                        "--from",
                                        from,
                                        "--admin-email",
                                        "head@midori.example.jp",
                                        "--admin-password-file",
                                        password.toString()));
                assertThat(percents(imported, "import")).hasSizeGreaterThan(5).isSorted();
                made = result(imported);
                traffic.end();
            }
            assertThat(made.path("rows").path("members.csv").asInt()).isEqualTo(MANY);
            here.useToken(made.path("token").asText());
            assertThat(here.get("/api/v1/members?query=midori")).contains("midori 17");
            JsonNode queue = JSON.readTree(here.get("/api/v1/system")).path("queue");
            assertThat(queue.path("onHold").asInt()).as(queue.toString()).isEqualTo(1);
            assertThat(queue.path("claimed").asInt()).as("nothing is sent").isZero();

            Command again = run(here, "import", "--from", from);
            assertThat(again.status()).as(again.toString()).isEqualTo(1);
            assertThat(again.err()).contains("slug \"midori\" already", "nothing was changed");
            JsonNode would = result(done(run(here, "import", "--from", from, "--dry-run")));
            assertThat(would.path("conflicts")).isNotEmpty();
            Path none = Files.writeString(folder.resolve("none.zip"), "no zip");
            Command noZip = run(here, "import", "--from", none.toString());
            assertThat(noZip.status()).as(noZip.toString()).isEqualTo(2);
            end(server);
        }
        assertThat(org.todoku.appliance.RestoredCheck.run(here.data()).facts())
                .containsEntry("broken", List.of());
    }

    @Test
    void listsOfAnotherProgramComeIntoARunningServer() throws Exception {
        SampleService here = new SampleService(folder.resolve("here"), "local").setUp();
        Path list =
                Files.writeString(
                        folder.resolve("members.txt"),
                        "Anne Person <anne@example.com>\nno address here\n");
        String[] words = {"--from", list.toString(), "--format", "mailman", "--list", "ant"};
        try (Child server = here.serve()) {
            assertThat(result(done(run(here, "import", with(words, "--dry-run")))).path("created"))
                    .hasToString("1");
            assertThat(here.get("/api/v1/members")).doesNotContain("Anne");
            JsonNode made = result(done(run(here, "import", words)));
            assertThat(made.path("created").asInt()).isEqualTo(1);
            assertThat(made.path("problems").get(0).path("line").asInt()).isEqualTo(2);
            assertThat(here.get("/api/v1/members")).contains("Anne Person", "ant");
            Command nowhere = run(here, "import", with(words, "--into", "nowhere"));
            assertThat(nowhere.status()).as(nowhere.toString()).isNotZero();
            assertThat(nowhere.err()).contains("nowhere", "aoba");
            end(server);
        }
    }

    @Test
    void salvagedRowsAreTakenOverByTheServerThatServes() throws Exception {
        SampleService old = new SampleService(folder.resolve("old"), "local").setUp();
        try (Child server = old.serve()) {
            old.addMembers("a", 10);
            end(server);
        }
        old.configure("60s");
        try (Child server = old.serve()) {
            old.addMembers("b", 5);
            server.signal("KILL");
            assertThat(server.status()).isNotZero();
        }
        SampleService next = old.next(folder.resolve("next"));
        Files.copy(old.key(), next.key());
        done(run(next, "takeover", "--no-start", "--yes"));
        Path rows = folder.resolve("rows.jsonl");
        done(
                Command.run(
                        "salvage",
                        "--from",
                        old.data().toString(),
                        "--out",
                        rows.toString(),
                        "--config",
                        old.config().toString()));
        String[] words = {"--import", rows.toString(), "--select", "all"};
        try (Child server = next.serve()) {
            assertThat(next.get("/api/v1/members?query=b")).doesNotContain("b 4");
            Command salvaged = done(run(next, "salvage", words));
            assertThat(percents(salvaged, "import").size()).isGreaterThan(5);
            JsonNode taken = result(salvaged);
            assertThat(taken.path("taken").asInt()).isGreaterThanOrEqualTo(10);
            assertThat(next.get("/api/v1/members?query=b")).contains("b 0", "b 4");
            JsonNode again = result(done(run(next, "salvage", words)));
            assertThat(again.path("taken").asInt()).isZero();
            end(server);
        }
        assertThat(org.todoku.appliance.RestoredCheck.run(next.data()).facts())
                .containsEntry("members", 15L)
                .containsEntry("broken", List.of());
        assertTrail(next);
    }

    /** Who had which rows put in, both times. */
    private static void assertTrail(SampleService next) throws Exception {
        try (var database = org.todoku.backup.restore.RestoredDatabase.boot(db(next));
                var statement = database.connection().createStatement();
                var trail =
                        statement.executeQuery(
                                """
                                SELECT a.actor, a.act, a.detail, a.happened FROM audit a
                                JOIN organisation o ON o.id = a.organisation_id
                                WHERE a.act LIKE 'salvage%' AND o.slug = 'aoba' ORDER BY a.id
                                """)) {
            String user = System.getProperty("user.name");
            assertThat(trail.next()).isTrue();
            assertThat(trail.getString("act")).isEqualTo("salvage");
            assertThat(trail.getString("actor")).contains(user);
            assertThat(trail.getString("detail")).contains("contact new: 5, member new: 5");
            assertThat(trail.next()).isTrue();
            assertThat(trail.getString("act")).isEqualTo("salvaged");
            assertThat(trail.getString("detail"))
                    .contains("taken contact new: 5", "taken member new: 5");
            assertThat(trail.getLong("happened")).isPositive();
            assertThat(trail.next()).as("the second time").isTrue();
            assertThat(trail.next()).isTrue();
            assertThat(trail.getString("detail"))
                    .contains("left contact new: 5", "left member new: 5")
                    .doesNotContain("taken");
            assertThat(trail.next()).isFalse();
        }
    }

    /** Reads and writes of the organisation that was there, none of which may fail. */
    private static final class Traffic implements AutoCloseable {
        private final AtomicBoolean over = new AtomicBoolean();
        private final java.util.concurrent.ExecutorService threads =
                Executors.newVirtualThreadPerTaskExecutor();
        private final Future<Integer> requests;

        Traffic(SampleService service) {
            requests =
                    threads.submit(
                            () -> {
                                int count = 0;
                                while (!over.get()) {
                                    service.addMembers("busy" + count++, 1);
                                    assertThat(service.get("/api/v1/members")).contains("busy");
                                }
                                return count;
                            });
        }

        void end() throws Exception {
            over.set(true);
            int count = requests.get();
            assertThat(count).isPositive();
            System.out.println(
                    "figure: import into a running server: " + 2 * count + " requests beside it");
        }

        @Override
        public void close() {
            over.set(true);
            threads.close();
        }
    }

    private static Path db(SampleService service) {
        return service.data().resolve("db");
    }

    private static void end(Child server) throws Exception {
        server.signal("TERM");
        assertThat(server.status()).isNotNegative();
    }

    private static String[] with(String[] words, String... more) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    private static Command run(SampleService service, String act, String... more) {
        List<String> words = new ArrayList<>(List.of(act, "--json"));
        words.addAll(List.of("--data", service.data().toString()));
        words.addAll(List.of("--config", service.config().toString()));
        words.addAll(List.of(more));
        return Command.run(words.toArray(String[]::new));
    }

    private static Command done(Command command) {
        assertThat(command.status()).as(command.toString()).isZero();
        return command;
    }

    /** How far a step was, as it was told. */
    private static List<Integer> percents(Command command, String step) throws Exception {
        List<Integer> percents = new ArrayList<>();
        for (String line : command.out().lines().toList()) {
            JsonNode told = JSON.readTree(line);
            if (told.path("step").asText().equals(step)
                    && told.path("state").asText().equals("running")) {
                percents.add(told.path("percent").asInt());
            }
        }
        return percents;
    }

    private static JsonNode result(Command command) throws Exception {
        String last = command.out().lines().reduce((a, b) -> b).orElseThrow();
        return JSON.readTree(last).path("result");
    }
}
