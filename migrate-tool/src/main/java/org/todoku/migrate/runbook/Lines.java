package org.todoku.migrate.runbook;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The lines of a report while it grows. */
final class Lines {
    private final Map<String, Report.Line> lines = new LinkedHashMap<>();

    Lines(List<Step> steps) {
        for (Step step : steps) {
            double estimated = step.estimate().time().toMillis() / 1000.0;
            lines.put(
                    step.name(),
                    new Report.Line(step.name(), step.title(), "open", estimated, 0, ""));
        }
    }

    void put(String step, String state, Duration took, String message) {
        lines.computeIfPresent(
                step,
                (name, line) ->
                        new Report.Line(
                                name,
                                line.title(),
                                state,
                                line.estimated(),
                                Math.max(line.seconds(), took.toMillis() / 1000.0),
                                message));
    }

    List<Report.Line> all() {
        return List.copyOf(lines.values());
    }
}
