package org.todoku.migrate;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.todoku.appliance.kernel.Language;
import org.todoku.appliance.kernel.Texts;
import org.todoku.backup.archive.Notice;

/** The incident report in one language. */
final class IncidentText {
    static final Texts TEXTS = Texts.of(IncidentText.class);

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(ZoneId.of("Asia/Tokyo"));

    private final IncidentPage page;
    private final IncidentFacts facts;
    private final Language language;

    IncidentText(IncidentPage page, Language language) {
        this.page = page;
        this.facts = page.facts();
        this.language = language;
    }

    /** Texts first: what people wrote may hold anything. */
    String fill(String template) {
        String text = template;
        for (String key : TEXTS.keys(language)) {
            text = text.replace("@" + key + "@", escaped(t(key)));
        }
        for (Map.Entry<String, String> value : values().entrySet()) {
            text = text.replace("@" + value.getKey() + "@", value.getValue());
        }
        return text;
    }

    private Map<String, String> values() {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("LANGUAGE", language.tag());
        values.put("SPAN", t("report.span", time(facts.from()), time(facts.to())));
        values.put("FIRST", rows(firsts()));
        values.put("EVENTS", rows(timeline()));
        values.put("TROUBLED", span(facts.troubled()));
        values.put("REFUSED", span(facts.refused()));
        values.put("OUTCOMES", outcomes());
        values.put("LATENAME", t("report.late", IncidentFacts.IN_TIME.toMinutes()));
        String latest = facts.latest().map(IncidentText::span).orElse("–");
        values.put("LATE", t("report.late.value", number(facts.late()), latest));
        values.put("LATEMESSAGES", lines(facts.lateMessages().stream().map(this::late).toList()));
        values.put("HELD", lines(facts.held().stream().map(this::held).toList()));
        values.put("POINT", page.recoveryPoint().map(IncidentText::time).orElse("–"));
        values.put("RUNS", rows(page.runs().stream().map(this::run).toList()));
        values.put("NOTICES", rows(page.notices().stream().map(this::notice).toList()));
        return values;
    }

    /** A line with its time. */
    private record Line(String at, String what) {}

    private List<Line> firsts() {
        List<Line> lines = new ArrayList<>();
        first(lines, "storage", "slow", "report.first.slow");
        first(lines, "storage", "stalled", "report.first.stalled");
        first(lines, "storage", "isolated", "report.first.isolated");
        first(lines, "writes", "refused", "report.first.refused");
        facts.normalAgain().ifPresent(at -> lines.add(new Line(time(at), t("report.last.normal"))));
        return lines;
    }

    private void first(List<Line> lines, String kind, String state, String key) {
        facts.first(kind, state).ifPresent(at -> lines.add(new Line(time(at), t(key))));
    }

    /** Events of the machine and changes of the writer, in one order. */
    private List<Line> timeline() {
        Map<String, Line> lines = new TreeMap<>();
        int number = 0;
        for (IncidentFacts.Event event : facts.events()) {
            String detail = event.detail().isBlank() ? "" : " (" + event.detail().strip() + ")";
            String kind = named("report.kind.", event.kind());
            String what = t("report.event", kind, named("report.state.", event.state())) + detail;
            lines.put(event.at() + "#%06d".formatted(number++), new Line(time(event.at()), what));
        }
        for (IncidentFacts.Term term : facts.terms()) {
            String epoch = number(term.epoch());
            String what =
                    term.carried()
                            .map(at -> t("report.writer.carried", term.host(), epoch, time(at)))
                            .orElseGet(() -> t("report.writer", term.host(), epoch));
            lines.put(term.at() + "#%06d".formatted(number++), new Line(time(term.at()), what));
        }
        return List.copyOf(lines.values());
    }

    private String late(IncidentFacts.Late late) {
        return t(
                "report.late.message",
                late.organisation(),
                late.subject(),
                time(late.written()),
                number(late.mails()),
                span(late.latest()));
    }

    private String held(IncidentFacts.Held held) {
        return t(
                "report.held.message",
                held.organisation(),
                held.subject(),
                time(held.written()),
                number(held.unsent()),
                number(held.inDoubt()));
    }

    private Line run(JsonNode run) {
        String name = named("report.run.", run.path("runbook").asText());
        String outcome = named("report.outcome.", run.path("outcome").asText());
        String seconds = "%.1f".formatted(run.path("seconds").asDouble());
        String paused = run.path("facts").path(Move.PAUSED_MS).asText();
        String what =
                paused.isEmpty()
                        ? t("report.run", name, outcome, seconds)
                        : t(
                                "report.run.paused",
                                name,
                                outcome,
                                seconds,
                                "%.2f".formatted(Long.parseLong(paused) / 1e3));
        StringBuilder steps = new StringBuilder();
        for (JsonNode step : run.path("steps")) {
            steps.append(steps.isEmpty() ? "" : ", ")
                    .append(step.path("step").asText())
                    .append(" %.1f s".formatted(step.path("seconds").asDouble()));
        }
        return new Line(time(Instant.parse(run.path("began").asText())), what + " – " + steps);
    }

    private Line notice(Notice notice) {
        String to = named("report.to.", notice.to());
        return new Line(time(Instant.parse(notice.at())), t("report.notice", notice.subject(), to));
    }

    private String outcomes() {
        List<String> found = new ArrayList<>();
        new TreeMap<>(facts.outcomes())
                .forEach((outcome, n) -> found.add(named("outcome.", outcome) + " " + number(n)));
        return found.isEmpty() ? escaped(t("report.none")) : escaped(String.join(", ", found));
    }

    /** What a newer version wrote has no text yet. */
    private String named(String prefix, String name) {
        return TEXTS.keys(language).contains(prefix + name) ? t(prefix + name) : name;
    }

    private String lines(List<String> lines) {
        return lines.isEmpty()
                ? escaped(t("report.none"))
                : String.join("<br>\n", lines.stream().map(IncidentText::escaped).toList());
    }

    private String rows(List<Line> lines) {
        StringBuilder rows = new StringBuilder();
        for (Line line : lines) {
            rows.append("<tr><td class=\"time\">")
                    .append(escaped(line.at()))
                    .append("</td><td>")
                    .append(escaped(line.what()))
                    .append("</td></tr>\n");
        }
        return rows.isEmpty() ? "<tr><td>" + escaped(t("report.none")) + "</td></tr>" : rows + "";
    }

    private String t(String key, Object... arguments) {
        return TEXTS.text(language, key, arguments);
    }

    private static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
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
