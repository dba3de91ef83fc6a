package org.todoku.migrate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.Scratch;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.archive.Drill;
import org.todoku.backup.archive.Notice;
import org.todoku.backup.archive.Notices;
import org.todoku.backup.restore.RestoredDatabase;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The incident report, from what was recorded. */
@Command(
        name = "report",
        description =
                "Writes the incident report (what happened, what it meant for people, recovery) from"
                        + " recorded facts in the archive; what only people know is left as a marked"
                        + " gap. Changes nothing.",
        versionProvider = Main.VersionLine.class,
        mixinStandardHelpOptions = true)
final class ReportCommand implements Callable<Integer> {
    private static final Duration USUAL = Duration.ofDays(7);
    private static final JsonMapper JSON = new JsonMapper();

    @Mixin private ArchiveOptions options;
    @Mixin private ConfigOption config;
    @Mixin private Output output;

    @Option(
            names = "--from",
            paramLabel = "TIME",
            description = "as 2026-11-26T20:00:00+09:00; default: a week before --to")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "TIME", description = "default: now")
    private @Nullable String to;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "the new host's data directory: its reports of takeover and move go in")
    private @Nullable Path data;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            required = true,
            description = "a page to print (.html); the facts as JSON beside it")
    private Path out = Path.of("");

    @Override
    public Integer call() throws IOException, SQLException {
        Instant end = to == null ? Instant.now() : time("--to", to);
        Instant begin = from == null ? end.minus(USUAL) : time("--from", from);
        if (!begin.isBefore(end)) {
            throw Refusal.usage("--from is not before --to", "give an earlier --from");
        }
        try (Scratch own = Scratch.make("report");
                Archive archive = ArchiveOptions.open(options.kit(config.file()))) {
            Path scratch = own.folder();
            Chain chain = Chain.read(archive);
            IncidentFacts facts = facts(archive, chain, scratch, begin, end);
            List<Notice> notices =
                    new Notices(archive)
                            .all().stream()
                                    .filter(n -> isIn(Instant.parse(n.at()), begin, end))
                                    .toList();
            Optional<Instant> point = Drill.recoveryPoint(archive, chain);
            write(new IncidentPage(facts, runs(), notices, point));
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("report", out.toString());
            result.put("events", facts.events().size());
            result.put("late", facts.late());
            result.put("refusedSeconds", facts.refused().toSeconds());
            output.result(result, "report: " + out);
            return 0;
        }
    }

    private IncidentFacts facts(
            Archive archive, Chain chain, Path scratch, Instant begin, Instant end)
            throws SQLException {
        output.begin("restore", "reading what was recorded out of the archive");
        try (RestoredDatabase database = ArchivedCopy.open(archive, chain, scratch, output)) {
            IncidentFacts facts =
                    IncidentFacts.read(
                            database.connection(),
                            archive,
                            chain,
                            new IncidentFacts.Span(begin, end));
            output.done("restore", "%,d events are recorded".formatted(facts.events().size()));
            return facts;
        }
    }

    /** What the runbooks of this host left; oldest first. */
    private List<JsonNode> runs() throws IOException {
        Path folder = Optional.ofNullable(data).map(d -> d.resolve(Takeover.REPORTS)).orElse(null);
        List<JsonNode> runs = new ArrayList<>();
        if (folder == null || !Files.isDirectory(folder)) {
            return runs;
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
                runs.add(JSON.readTree(file.toFile()));
            }
        }
        return runs;
    }

    private void write(IncidentPage page) throws IOException {
        Path folder = out.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        Files.writeString(out, page.html());
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("from", page.facts().from().toString());
        facts.put("to", page.facts().to().toString());
        facts.put(
                "events",
                page.facts().events().stream()
                        .map(
                                e ->
                                        Map.of(
                                                "at", e.at().toString(),
                                                "kind", e.kind(),
                                                "state", e.state(),
                                                "detail", e.detail()))
                        .toList());
        facts.put(
                "writers",
                page.facts().terms().stream()
                        .map(
                                t ->
                                        Map.of(
                                                "at", t.at().toString(),
                                                "epoch", t.epoch(),
                                                "host", t.host(),
                                                "carried", text(t.carried())))
                        .toList());
        facts.put("refusedSeconds", page.facts().refused().toSeconds());
        facts.put("troubledSeconds", page.facts().troubled().toSeconds());
        facts.put("outcomes", page.facts().outcomes());
        facts.put("late", page.facts().late());
        facts.put("lateMessages", late(page.facts()));
        facts.put("onHold", page.facts().held().size());
        facts.put("held", held(page.facts()));
        facts.put("recoveryPoint", text(page.recoveryPoint()));
        facts.put("runs", page.runs());
        facts.put("notices", page.notices());
        String name = String.valueOf(out.getFileName()).replaceAll("\\.html$", "");
        Files.write(
                out.resolveSibling(name + ".json"),
                JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(facts));
    }

    private static List<Map<String, Object>> late(IncidentFacts facts) {
        return facts.lateMessages().stream()
                .map(
                        m ->
                                Map.<String, Object>of(
                                        "organisation", m.organisation(),
                                        "subject", m.subject(),
                                        "written", m.written().toString(),
                                        "mails", m.mails(),
                                        "latestSeconds", m.latest().toSeconds()))
                .toList();
    }

    private static List<Map<String, Object>> held(IncidentFacts facts) {
        return facts.held().stream()
                .map(
                        m ->
                                Map.<String, Object>of(
                                        "organisation", m.organisation(),
                                        "subject", m.subject(),
                                        "written", m.written().toString(),
                                        "unsent", m.unsent(),
                                        "inDoubt", m.inDoubt()))
                .toList();
    }

    private static String text(Optional<Instant> time) {
        return time.map(Instant::toString).orElse("");
    }

    private static boolean isIn(Instant at, Instant begin, Instant end) {
        return !at.isBefore(begin) && !at.isAfter(end);
    }

    private static Instant time(String option, String text) {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            throw Refusal.usage(
                    option + " " + text + " is no time", "write 2026-11-26T20:00:00+09:00");
        }
    }
}
