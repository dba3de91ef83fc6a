package org.todoku.appliance.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The bench measures; here it is only shown that it does, and what it says on this machine. */
class CommitBenchTest {
    @TempDir Path folder;

    @Test
    void measuresBothStoresAndTheFrozenDiskInOneRun() throws Exception {
        JsonNode answer = new ObjectMapper().readTree(run("--json", "--frozen-seconds", "4"));

        assertThat(answer.path("machine").path("cores").asInt()).isPositive();
        Map<String, Double> figures = new HashMap<>();
        for (JsonNode figure : answer.path("figures")) {
            figures.put(figure.path("name").asText(), figure.path("value").asDouble());
        }
        for (String threads : List.of("1", "16")) {
            double plain = figures.getOrDefault("commit." + threads + ".plain", 0.0);
            double volume = figures.getOrDefault("commit." + threads + ".volume", 0.0);
            assertThat(plain).isPositive();
            assertThat(volume).isPositive();
            // One round: the ratio must be that of the two.
            assertThat(figures.get("commit." + threads + ".ratio"))
                    .isCloseTo(volume / plain, org.assertj.core.data.Offset.offset(0.001));
        }
        assertThat(figures.get("ship.samples")).isPositive();
        assertThat(figures.get("ship.behind.p999")).isPositive();
        assertThat(figures.get("ship.lists")).as("the steady state lists nothing").isZero();
        assertThat(figures.get("ship.idle.puts")).as("nothing is put when idle").isZero();
        if (answer.has("frozenSkipped")) {
            System.err.println("SKIPPED: " + answer.path("frozenSkipped").asText());
        } else {
            assertThat(figures.get("frozen.commits")).isPositive();
            assertThat(figures.get("frozen.before")).isGreaterThan(figures.get("frozen.commits"));
        }
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).as("what is left behind").isEmpty();
        }
    }

    @Test
    void saysBesideEachGoalWhetherItIsMet() throws Exception {
        String table = run("--frozen-seconds", "0");
        assertThat(table).contains("cores").containsPattern("commit\\.1\\.ratio .* goal >= 0.90: ");
        table.lines().forEach(line -> System.err.println("figure: " + line));
        assertThat(Figure.atMost("a", 2, "s", 1).line()).contains("NOT MET");
        assertThat(Figure.atMost("a", 1, "s", 1).line()).contains(": met");
        assertThat(Figure.atLeast("a", Double.NaN, "s", 1).line()).contains("NOT MET");
    }

    private String run(String... more) {
        StringWriter out = new StringWriter();
        CommandLine bench = new CommandLine(new BenchCommand()).setOut(new PrintWriter(out));
        List<String> words =
                Stream.concat(
                                Stream.of(
                                        "commit",
                                        "--seconds",
                                        "1",
                                        "--rounds",
                                        "1",
                                        "--ship-seconds",
                                        "3"),
                                Stream.of(more))
                        .toList();
        Stream<String> all =
                Stream.concat(words.stream(), Stream.of("--folder", folder.toString()));
        assertThat(bench.execute(all.toArray(String[]::new))).isZero();
        return out.toString();
    }
}
