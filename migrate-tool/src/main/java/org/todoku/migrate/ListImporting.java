package org.todoku.migrate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.Portability;
import org.todoku.appliance.account.Organisation;
import org.todoku.appliance.kernel.Language;
import org.todoku.appliance.member.ForeignFormat;
import org.todoku.appliance.member.ForeignImport;
import org.todoku.appliance.member.ImportReport;
import picocli.CommandLine.Option;

/** {@code import --format}: members and lists out of a file of another program. */
final class ListImporting {
    private static final int SHOWN = 20;

    @Option(
            names = "--format",
            paramLabel = "PROGRAM",
            description =
                    "the file holds members and lists of another program: listmonk, mailman or"
                            + " phplist")
    private @Nullable String format;

    @Option(
            names = "--list",
            paramLabel = "NAME",
            description = "with --format: a list that the file is of; may be given more than once")
    private List<String> lists = new ArrayList<>();

    @Option(
            names = "--stopped",
            description = "with --format: nobody in the file is to be mailed (delivery is off)")
    private boolean stopped;

    @Option(
            names = "--language",
            paramLabel = "L",
            defaultValue = "ja",
            description = "with --format: of the profile item and of reasons, ja or en")
    private String language = "ja";

    boolean isWanted() {
        return format != null;
    }

    /** By the server that runs there; empty when none does. */
    Optional<Integer> run(RunningServer server, Path from, Optional<String> into, Given given) {
        Optional<ImportReport> report = server.importLists(from, into, wish(), given.dryRun());
        report.ifPresent(told -> tell(told, given));
        return report.map(told -> 0);
    }

    private ForeignImport.Wish wish() {
        ForeignFormat program =
                ForeignFormat.of(String.valueOf(format))
                        .orElseThrow(
                                () ->
                                        Refusal.usage(
                                                "--format " + format + " is not known",
                                                "listmonk, mailman or phplist"));
        return new ForeignImport.Wish(
                program, lists, stopped, language.equals("en") ? Language.EN : Language.JA);
    }

    int run(Portability portability, Path from, Optional<String> into, Given given) {
        ForeignImport.Wish wish = wish();
        Organisation organisation = portability.organisation(into);
        byte[] file = read(from);
        ImportReport report =
                given.dryRun()
                        ? portability.lists().tryOut(organisation.id(), file, wish)
                        : portability.lists().run(organisation.id(), file, wish);
        tell(report, given);
        return 0;
    }

    /** What every import is given. */
    record Given(boolean dryRun, Output output) {}

    private static void tell(ImportReport report, Given given) {
        for (ImportReport.Problem problem : report.problems().stream().limit(SHOWN).toList()) {
            given.output()
                    .note(
                            "import",
                            "line %d%s: %s"
                                    .formatted(
                                            problem.line(),
                                            problem.column().isEmpty()
                                                    ? ""
                                                    : ", " + problem.column(),
                                            problem.reason()));
        }
        if (report.problems().size() > SHOWN) {
            given.output()
                    .note("import", "and %,d more".formatted(report.problems().size() - SHOWN));
        }
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("created", report.created());
        facts.put("updated", report.updated());
        facts.put("skipped", report.skipped());
        facts.put(
                "problems",
                report.problems().stream()
                        .map(
                                p ->
                                        Map.of(
                                                "line", p.line(),
                                                "column", p.column(),
                                                "reason", p.reason()))
                        .toList());
        facts.put("dryRun", given.dryRun());
        given.output()
                .result(
                        facts,
                        "%,d %s created, %,d known, %,d skipped; nobody was mailed"
                                .formatted(
                                        report.created(),
                                        given.dryRun() ? "would be" : "were",
                                        report.updated(),
                                        report.skipped()));
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw Refusal.usage("reading " + file + ": " + e, "check --from");
        }
    }
}
