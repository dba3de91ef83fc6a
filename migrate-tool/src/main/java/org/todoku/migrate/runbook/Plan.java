package org.todoku.migrate.runbook;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a run would do: for {@code --dry-run}. */
public record Plan(String runbook, List<Planned> steps) {
    public Plan {
        steps = List.copyOf(steps);
    }

    /**
     * A step to come.
     *
     * @param isDone an earlier run, which the next goes on with, has done it
     */
    public record Planned(
            String name,
            String title,
            Estimate estimate,
            boolean canUndo,
            boolean isPointOfNoReturn,
            boolean isDone) {
        private String line(int number) {
            return "%2d. %-14s %-58s %8s  %s%s"
                    .formatted(
                            number,
                            name,
                            title,
                            isDone ? "done" : Estimate.seconds(estimate.time()),
                            estimate.formula(),
                            isPointOfNoReturn
                                    ? "; from here on it cannot be undone"
                                    : canUndo ? "; can be undone" : "");
        }

        private Map<String, Object> facts() {
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("step", name);
            facts.put("title", title);
            facts.put("seconds", estimate.time().toMillis() / 1000.0);
            facts.put("formula", estimate.formula());
            facts.put("canUndo", canUndo);
            facts.put("pointOfNoReturn", isPointOfNoReturn);
            facts.put("done", isDone);
            return facts;
        }
    }

    /** Of what is still to be done. */
    public Duration estimate() {
        return steps.stream()
                .filter(step -> !step.isDone())
                .map(step -> step.estimate().time())
                .reduce(Duration.ZERO, Duration::plus);
    }

    /** A line for each step, and one for the whole. */
    public String text() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < steps.size(); i++) {
            text.append(steps.get(i).line(i + 1)).append('\n');
        }
        return text + "    about " + Estimate.seconds(estimate()) + " in all";
    }

    /** For {@code --json}. */
    public Map<String, Object> facts() {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("runbook", runbook);
        facts.put("steps", steps.stream().map(Planned::facts).toList());
        facts.put("seconds", estimate().toMillis() / 1000.0);
        return facts;
    }
}
