package org.todoku.migrate;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.todoku.backup.archive.Notice;

/** The incident report as a page to print, Japanese and English, with gaps for what people know. */
record IncidentPage(
        IncidentFacts facts, List<JsonNode> runs, List<Notice> notices, String recoveryPoint) {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(ZoneId.of("Asia/Tokyo"));

    IncidentPage {
        runs = List.copyOf(runs);
        notices = List.copyOf(notices);
    }

    String html() throws IOException {
        try (InputStream in = IncidentPage.class.getResourceAsStream("incident.html")) {
            if (in == null) {
                throw new IllegalStateException("incident.html is missing in the program");
            }
            String page = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            for (Map.Entry<String, String> value : values().entrySet()) {
                page = page.replace("@" + value.getKey() + "@", value.getValue());
            }
            return page;
        }
    }

    private Map<String, String> values() {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("FROM", time(facts.from()));
        values.put("TO", time(facts.to()));
        values.put("EVENTS", rows(timeline()));
        values.put("REFUSED", span(facts.refused()));
        values.put("TROUBLED", span(facts.troubled()));
        values.put("LATE", Long.toString(facts.late()));
        values.put("LATEST", facts.latest().map(IncidentPage::span).orElse("–"));
        values.put("OUTCOMES", outcomes());
        values.put("ONHOLD", Long.toString(facts.onHold()));
        values.put("POINT", escaped(recoveryPoint));
        values.put("RUNS", rows(runRows()));
        values.put("NOTICES", rows(noticeRows()));
        return values;
    }

    /** Events of the machine and changes of the writer, in one order. */
    private Map<String, String> timeline() {
        Map<String, String> lines = new TreeMap<>();
        int number = 0;
        for (IncidentFacts.Event event : facts.events()) {
            String what = event.kind() + ": " + event.state() + " " + event.detail();
            lines.put(time(event.at()) + "#%06d".formatted(number++), what.strip());
        }
        for (IncidentFacts.Term term : facts.terms()) {
            String what = "writer: %s (epoch %d)".formatted(term.host(), term.epoch());
            lines.put(time(term.at()) + "#%06d".formatted(number++), what);
        }
        return lines;
    }

    private Map<String, String> runRows() {
        Map<String, String> lines = new LinkedHashMap<>();
        for (JsonNode run : runs) {
            StringBuilder steps = new StringBuilder();
            for (JsonNode step : run.path("steps")) {
                steps.append(
                        "%s %.1f s; "
                                .formatted(
                                        step.path("step").asText(),
                                        step.path("seconds").asDouble()));
            }
            lines.put(
                    run.path("began").asText() + "#" + lines.size(),
                    "%s: %s, %.1f s (%s)"
                            .formatted(
                                    run.path("runbook").asText(),
                                    run.path("outcome").asText(),
                                    run.path("seconds").asDouble(),
                                    steps.toString().strip()));
        }
        return lines;
    }

    private Map<String, String> noticeRows() {
        Map<String, String> lines = new LinkedHashMap<>();
        for (Notice notice : notices) {
            String at = time(Instant.parse(notice.at()));
            lines.put(at + "#" + lines.size(), notice.subject() + " → " + notice.to());
        }
        return lines;
    }

    private String outcomes() {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(facts.outcomes())
                .forEach((outcome, n) -> text.append(outcome).append(' ').append(n).append("; "));
        return text.isEmpty() ? "–" : text.toString().strip();
    }

    private static String rows(Map<String, String> lines) {
        StringBuilder rows = new StringBuilder();
        lines.forEach(
                (key, what) ->
                        rows.append("<tr><td>")
                                .append(escaped(key.replaceAll("#.*", "")))
                                .append("</td><td>")
                                .append(escaped(what))
                                .append("</td></tr>\n"));
        return rows.isEmpty() ? "<tr><td>–</td><td></td></tr>" : rows.toString();
    }

    private static String time(Instant at) {
        return TIME.format(at);
    }

    private static String span(Duration time) {
        return "%d:%02d:%02d".formatted(time.toHours(), time.toMinutesPart(), time.toSecondsPart());
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
