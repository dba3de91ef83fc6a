package org.todoku.appliance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The bench restores for real; its figures on this machine are printed, not judged. */
class RestoreBenchTest {
    @TempDir Path folder;

    @Test
    void bringsMembersBackAndSaysHowLongItTook() throws Exception {
        StringWriter out = new StringWriter();
        CommandLine todoku = Main.commandLine(Map.of()).setOut(new PrintWriter(out));
        int status =
                todoku.execute(
                        "bench",
                        "restore",
                        "--members",
                        "2000",
                        "--log-mib",
                        "4",
                        "--json",
                        "--folder",
                        folder.toString());
        assertThat(status).isZero();
        Map<String, Double> figures = new HashMap<>();
        for (JsonNode figure : new ObjectMapper().readTree(out.toString()).path("figures")) {
            figures.put(figure.path("name").asText(), figure.path("value").asDouble());
        }
        assertThat(figures.get("restore.served")).isGreaterThan(figures.get("restore.start"));
        assertThat(figures.get("redo.log")).isGreaterThan(2);
        assertThat(figures.get("redo.rate")).isPositive();
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).as("what is left behind").isEmpty();
        }
    }
}
