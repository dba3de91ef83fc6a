package org.todoku.appliance.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One measured number.
 *
 * @param name stable, as in {@code commit.16.ratio}
 * @param goal what it should reach; empty for a number that only informs
 */
record Figure(String name, double value, String unit, Optional<Goal> goal) {
    /** A limit, and on which side of it the goal lies. */
    record Goal(boolean atLeast, double limit) {
        boolean isMetBy(double value) {
            return atLeast ? value >= limit : value <= limit;
        }
    }

    static Figure of(String name, double value, String unit) {
        return new Figure(name, value, unit, Optional.empty());
    }

    static Figure atLeast(String name, double value, String unit, double limit) {
        return new Figure(name, value, unit, Optional.of(new Goal(true, limit)));
    }

    static Figure atMost(String name, double value, String unit, double limit) {
        return new Figure(name, value, unit, Optional.of(new Goal(false, limit)));
    }

    /** A line of the table for people. */
    String line() {
        String verdict =
                goal.map(
                                g ->
                                        "goal %s %s: %s"
                                                .formatted(
                                                        g.atLeast() ? ">=" : "<=",
                                                        number(g.limit()),
                                                        g.isMetBy(value) ? "met" : "NOT MET"))
                        .orElse("");
        return "%-38s %10s %-10s %s".formatted(name, number(value), unit, verdict).stripTrailing();
    }

    /** The same for machines. */
    Map<String, Object> json() {
        Map<String, Object> json = new TreeMap<>();
        json.put("name", name);
        json.put("value", value);
        json.put("unit", unit);
        goal.ifPresent(
                g -> {
                    json.put("goal", (g.atLeast() ? ">= " : "<= ") + number(g.limit()));
                    json.put("met", g.isMetBy(value));
                });
        return json;
    }

    /** All of them, as a table or as one JSON object. */
    static void print(PrintWriter out, Machine machine, List<Figure> figures, boolean json)
            throws IOException {
        if (json) {
            Map<String, Object> all = new TreeMap<>();
            all.put("machine", machine.json());
            all.put("figures", figures.stream().map(Figure::json).toList());
            out.println(new ObjectMapper().writeValueAsString(all));
        } else {
            out.println(machine.line());
            figures.forEach(figure -> out.println(figure.line()));
        }
        out.flush();
    }

    private static String number(double value) {
        String pattern = Math.abs(value) >= 100 ? "%.0f" : Math.abs(value) >= 10 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, pattern, value);
    }
}
