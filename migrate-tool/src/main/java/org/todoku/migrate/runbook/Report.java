package org.todoku.migrate.runbook;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a run came to.
 *
 * @param outcome {@code done}; {@code undone}, all is as before; or {@code stopped}, the same
 *     command goes on
 * @param began when the run was begun, perhaps by a process that died; RFC 3339, UTC
 * @param seconds of this process alone
 * @param why it did not come to its end; empty when it did
 * @param facts what the steps remembered
 */
public record Report(
        String runbook,
        String outcome,
        String began,
        String ended,
        double seconds,
        String why,
        List<Line> steps,
        Map<String, String> facts) {
    public static final String DONE = "done";
    public static final String UNDONE = "undone";
    public static final String STOPPED = "stopped";

    private static final JsonMapper JSON = new JsonMapper();

    public Report {
        steps = List.copyOf(steps);
        facts = Map.copyOf(facts);
    }

    /**
     * A step.
     *
     * @param state {@code done}, {@code doneBefore}, {@code failed}, {@code undone} or {@code open}
     * @param estimated seconds
     * @param seconds it took in this process
     */
    public record Line(
            String step,
            String title,
            String state,
            double estimated,
            double seconds,
            String message) {}

    public boolean isDone() {
        return outcome.equals(DONE);
    }

    /** For people. */
    public String text() {
        StringBuilder text = new StringBuilder();
        text.append(
                "%s: %s%nbegan %s, ended %s, %.1f s%n"
                        .formatted(runbook, outcome, began, ended, seconds));
        if (!why.isEmpty()) {
            text.append(why).append('\n');
        }
        for (Line line : steps) {
            text.append(
                    "%-11s %-14s %8.1f s (estimated %.1f s)  %s%n"
                            .formatted(
                                    line.state(),
                                    line.step(),
                                    line.seconds(),
                                    line.estimated(),
                                    line.message().isEmpty() ? line.title() : line.message()));
        }
        new TreeMap<>(facts)
                .forEach((name, value) -> text.append("%-20s %s%n".formatted(name, value)));
        return text.toString();
    }

    /**
     * Writes it twice, for programs and for people, beside earlier ones.
     *
     * @return the file for people
     */
    Path write(Path folder) throws IOException {
        Files.createDirectories(folder);
        String name = runbook + "-" + ended.replaceAll("[:.]", "-");
        Files.write(
                folder.resolve(name + ".json"),
                JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(this));
        return Files.writeString(folder.resolve(name + ".txt"), text());
    }
}
