package org.todoku.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How long a cold takeover takes beside the estimate that the dry run prints. Small here; {@code
 * -Dtodoku.speed.members=200000} makes it larger.
 */
class TakeoverSpeedTest {
    private static final int CHUNK = 20_000;
    private static final double GIB = 1024.0 * 1024 * 1024;
    private static final double LOG = 100.0 * 1024 * 1024;

    @TempDir Path folder;

    @Test
    void measuresAColdTakeover() throws Exception {
        int members = Integer.getInteger("todoku.speed.members", 4_000);
        SampleService old = new SampleService(folder.resolve("old"), "local-or-archive").setUp();
        try (Child server = old.serve()) {
            for (int done = 0; done < members; done += CHUNK) {
                old.addMembers("a" + done + "x", Math.min(CHUNK, members - done));
            }
            server.signal("TERM");
            server.status();
        }
        Command base =
                Command.run("backup", "--data", old.data().toString(), "--config", config(old));
        assertThat(base.status()).as(base.toString()).isZero();
        int more = members / 10;
        try (Child server = old.serve()) {
            old.addMembers("b", more);
            server.signal("TERM");
            server.status();
        }
        JsonNode plan = last(takeover(old, "--dry-run"));
        JsonNode taken = last(takeover(old));
        assertThat(taken.path("members").asInt()).isEqualTo(members + more);
        report(plan, taken);
    }

    private void report(JsonNode plan, JsonNode taken) throws Exception {
        Path db = folder.resolve("new/db");
        double bytes;
        try (Stream<Path> files = Files.walk(db.resolve("seg0"))) {
            bytes = files.mapToLong(f -> f.toFile().length()).sum();
        }
        Map<String, Double> seconds = seconds();
        double redo = Double.parseDouble(formula(plan, "check").split("redo ")[1].split(" ")[0]);
        System.out.printf(
                Locale.ROOT,
                "figure: cold takeover of %.0f MiB and %.1f MiB of log: %.1f s (dry run: %.1f s; %s)%n",
                bytes / (GIB / 1024),
                redo,
                taken.path("seconds").asDouble(),
                plan.path("seconds").asDouble(),
                seconds);
        double restore = seconds.getOrDefault("restore", 0.0) / bytes * (GIB + LOG);
        double checked = seconds.getOrDefault("check", 0.0) / bytes * GIB;
        System.out.printf(
                Locale.ROOT,
                "figure: the same for 1 GiB and 100 MiB of log, by these rates: %.0f s (restore %.0f, boot and check %.0f, redo %.0f)%n",
                restore + checked + 100.0 / 19,
                restore,
                checked,
                100.0 / 19);
    }

    /** By step, out of the run's own report. */
    private Map<String, Double> seconds() throws Exception {
        try (Stream<Path> files = Files.list(folder.resolve("new/reports"))) {
            Path report =
                    files.filter(f -> f.toString().endsWith(".json")).findFirst().orElseThrow();
            Map<String, Double> seconds = new TreeMap<>();
            new JsonMapper()
                    .readTree(report.toFile())
                    .get("steps")
                    .forEach(s -> seconds.put(s.get("step").asText(), s.get("seconds").asDouble()));
            return seconds;
        }
    }

    private static String formula(JsonNode plan, String step) {
        for (JsonNode one : plan.get("steps")) {
            if (one.get("step").asText().equals(step)) {
                return one.get("formula").asText();
            }
        }
        throw new IllegalStateException("no step " + step + ": " + plan);
    }

    private Command takeover(SampleService old, String... more) {
        String[] words = {
            "takeover",
            "--json",
            "--no-start",
            "--data",
            folder.resolve("new").toString(),
            "--config",
            config(old)
        };
        String[] all = java.util.Arrays.copyOf(words, words.length + more.length);
        System.arraycopy(more, 0, all, words.length, more.length);
        Command ended = Command.run(all);
        assertThat(ended.status()).as(ended.toString()).isZero();
        return ended;
    }

    private static JsonNode last(Command command) throws Exception {
        String line = command.out().strip().lines().reduce("", (a, b) -> b);
        return new JsonMapper().readTree(line).get("result");
    }

    private static String config(SampleService service) {
        return service.config().toString();
    }
}
