package org.todoku.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code move --dry-run} and {@code standby --dry-run}: what would be done, and nothing is. */
class DryRunTest {
    @TempDir Path folder;

    @Test
    void showsTheStepsWithEstimatesAndChangesNothing() throws Exception {
        SampleService old = new SampleService(folder.resolve("old"), "local-and-archive").setUp();
        SampleService next = old.next(folder.resolve("next"));
        Files.copy(old.key(), next.key());
        Files.writeString(folder.resolve("token"), old.token() + "\n");
        try (Child server = old.serve()) {
            old.addMembers("a", SampleService.MEMBERS);
            Map<String, Long> archive = files(old.folder.resolve("archive"));
            String[] from = {
                "--from",
                "http://127.0.0.1:" + old.port(),
                "--token-file",
                folder.resolve("token").toString()
            };
            Command move = dry(next, "move", from);
            assertThat(steps(move))
                    .containsSubsequence(
                            "configuration",
                            "copy",
                            "rehearsal",
                            "follow",
                            "pause",
                            "hold",
                            "claim",
                            "serve",
                            "forward");
            assertThat(point(move)).isEqualTo("claim");
            assertThat(formula(move, "copy")).startsWith("download ").contains("/s");
            assertThat(formula(move, "rehearsal")).startsWith("redo ");
            assertThat(result(move).path("seconds").asDouble()).isPositive();

            Command standby = dry(next, "standby");
            assertThat(steps(standby)).containsExactly("copy", "rehearsal", "follow");
            assertThat(formula(standby, "copy")).startsWith("download ").contains("/s");
            assertThat(result(standby).path("seconds").asDouble()).isPositive();

            assertThat(next.data()).as("nothing was laid down").doesNotExist();
            Map<String, Long> after = files(old.folder.resolve("archive"));
            after.keySet().removeAll(archive.keySet());
            assertThat(after.keySet()).as("no seal, claim or base").noneMatch(DryRunTest::isTurn);
            old.addMembers("after", 1);
            assertThat(old.get("/api/v1/system")).contains("\"state\":\"writer\"");
            assertThat(server.isAlive()).isTrue();
        }
    }

    /** What says that another host comes. */
    private static boolean isTurn(String name) {
        return name.startsWith("epoch") || name.startsWith("base") || name.contains("seal");
    }

    private static Command dry(SampleService next, String act, String... more) {
        List<String> words = new ArrayList<>(List.of(act, "--json", "--dry-run"));
        words.addAll(List.of("--data", next.data().toString()));
        words.addAll(List.of("--config", next.config().toString()));
        words.addAll(List.of(more));
        Command command = Command.run(words.toArray(String[]::new));
        assertThat(command.status()).as(command.toString()).isZero();
        return command;
    }

    private static JsonNode result(Command command) throws Exception {
        String last = command.out().lines().reduce((a, b) -> b).orElseThrow();
        return new JsonMapper().readTree(last).path("result");
    }

    private static List<String> steps(Command command) throws Exception {
        return result(command).path("steps").findValuesAsText("step");
    }

    private static String formula(Command command, String name) throws Exception {
        for (JsonNode step : result(command).path("steps")) {
            if (step.path("step").asText().equals(name)) {
                return step.path("formula").asText();
            }
        }
        return "no such step";
    }

    private static String point(Command command) throws Exception {
        for (JsonNode step : result(command).path("steps")) {
            if (step.path("pointOfNoReturn").asBoolean()) {
                return step.path("step").asText();
            }
        }
        return "none";
    }

    private static Map<String, Long> files(Path root) throws Exception {
        Map<String, Long> sizes = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                sizes.put(root.relativize(file).toString(), Files.size(file));
            }
        }
        return sizes;
    }
}
