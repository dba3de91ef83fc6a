package org.todoku.migrate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Step × fault × result of one runbook, as {@code target/faults-NAME.txt}. What stands in a cell
 * was asserted before; it begins with one of three words.
 */
final class FaultTable {
    /** More places and faults than a build has time for. */
    static final boolean ALL = "all".equals(System.getProperty("todoku.faults"));

    private static final Pattern RESULT = Pattern.compile("(as before|moved|refused: ).*");

    private final String runbook;
    private final Map<String, Map<String, String>> cells = new LinkedHashMap<>();

    FaultTable(String runbook, Collection<String> places) {
        this.runbook = runbook;
        places.forEach(place -> cells.put(place, new LinkedHashMap<>()));
    }

    synchronized void put(String place, String fault, String result) {
        if (!RESULT.matcher(result).matches()) {
            throw new IllegalArgumentException(result);
        }
        cells.computeIfAbsent(place, p -> new LinkedHashMap<>()).put(fault, result);
    }

    synchronized void write() throws IOException {
        StringBuilder text = new StringBuilder(runbook + ": step × fault × result\n");
        int count = 0;
        for (Map.Entry<String, Map<String, String>> place : cells.entrySet()) {
            text.append("\n").append(place.getKey()).append("\n");
            for (Map.Entry<String, String> cell : place.getValue().entrySet()) {
                text.append("  %-34s %s%n".formatted(cell.getKey(), cell.getValue()));
                count++;
            }
        }
        Files.writeString(Path.of("target/faults-" + runbook + ".txt"), text);
        System.out.printf("figure: %s: %d cells of step × fault × result%n", runbook, count);
    }

    /** One cell, or several of a place. */
    @FunctionalInterface
    interface Cells {
        void of(String place) throws Exception;
    }

    /** Each place, also after one that failed, so that one run shows all that is wrong. */
    static void each(Collection<String> places, Cells cells) {
        List<Throwable> wrong = new ArrayList<>();
        for (String place : places) {
            try {
                cells.of(place);
            } catch (Exception | AssertionError e) {
                System.out.println("wrong at '" + place + "': " + e);
                wrong.add(e);
            }
        }
        if (!wrong.isEmpty()) {
            AssertionError failed =
                    new AssertionError(
                            wrong.size() + " of " + places.size() + " places are wrong",
                            wrong.getFirst());
            wrong.stream().skip(1).forEach(failed::addSuppressed);
            throw failed;
        }
    }

    /** The first line of what a command said on its way out with a status other than 0. */
    static String reason(String errors) {
        return "refused: "
                + errors.lines()
                        .filter(line -> line.startsWith("todoku-migrate"))
                        .findFirst()
                        .orElseThrow(() -> new IllegalStateException("no reason: " + errors));
    }

    static String begins(String step) {
        return "\"step\":\"%s\",\"state\":\"running\",\"percent\":0".formatted(step);
    }

    static String done(String step) {
        return "\"step\":\"%s\",\"state\":\"done\"".formatted(step);
    }
}
