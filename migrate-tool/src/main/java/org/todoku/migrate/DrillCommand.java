package org.todoku.migrate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.Scratch;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.Drill;
import org.todoku.backup.archive.Drills;
import org.todoku.backup.fault.BackupException;
import org.todoku.migrate.runbook.Journal;
import org.todoku.migrate.runbook.Plan;
import org.todoku.migrate.runbook.Runbook;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A takeover tried out: everything but the fence, on a scratch directory. */
@Command(
        name = "drill",
        description =
                "Restores into a scratch directory, opens and checks what came back, and keeps the"
                        + " result in the archive; the service is not touched.",
        versionProvider = Main.VersionLine.class,
        mixinStandardHelpOptions = true)
final class DrillCommand implements Callable<Integer> {
    private static final int FAILED = 1;

    @Mixin private ArchiveOptions options;
    @Mixin private ConfigOption config;
    @Mixin private Output output;

    @Option(
            names = "--scratch",
            paramLabel = "DIR",
            description = "empty; as large as the database. Default: a temporary directory")
    private @Nullable Path scratch;

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description = "a page to print (.html); the same as JSON beside it")
    private @Nullable Path report;

    @Option(names = "--keep", description = "leaves what was restored in the scratch directory")
    private boolean keep;

    @Option(names = "--dry-run", description = "shows the steps and how long they may take")
    private boolean dryRun;

    @Override
    public Integer call() throws IOException {
        if (scratch != null) {
            return run(scratch, !Files.exists(scratch));
        }
        try (Scratch own = Scratch.make("drill")) {
            if (keep) {
                own.keep();
                output.note("scratch", "what was restored stays in " + own.folder());
            }
            return run(own.folder(), false);
        }
    }

    private int run(Path place, boolean made) throws IOException {
        Instant begun = Instant.now();
        Restoring.requireEmpty(place);
        try (Archive archive = ArchiveOptions.open(options.kit(config.file()))) {
            Drilling drilling;
            Runbook runbook;
            try {
                drilling = new Drilling(archive, place, begun, options.isKit());
                runbook = drilling.runbook(output, dryRun);
            } catch (BackupException e) {
                if (!dryRun) {
                    Drill none = Drilling.none(begun, options.isKit(), e.getMessage() + "");
                    finish(archive, none, Map.of());
                }
                throw e;
            }
            Path journal = place.resolve("drill.journal");
            if (dryRun) {
                Plan plan = runbook.plan(journal);
                output.plan(plan);
                Map<String, Object> facts = new LinkedHashMap<>(plan.facts());
                facts.put("dryRun", true);
                output.result(facts, "nothing was changed");
                return 0;
            }
            Optional<RuntimeException> failed = run(drilling, runbook, journal);
            finish(archive, drilling.result(), drilling.facts());
            if (failed.isPresent()) {
                throw failed.get();
            }
            return drilling.result().passed() ? 0 : FAILED;
        } finally {
            if (!keep) {
                // It holds the members' data: nobody should find it later.
                Restoring.undo(place);
                Files.deleteIfExists(place.resolve("drill.journal"));
                Restoring.deleteTree(place.resolve(Takeover.REPORTS));
                if (made) {
                    Files.deleteIfExists(place);
                }
            }
        }
    }

    /** What went wrong is a result too: the archive is to know that a restore does not work. */
    private Optional<RuntimeException> run(Drilling drilling, Runbook runbook, Path file) {
        try (Journal journal = Journal.open(file, InstantSource.system())) {
            runbook.run(journal, file.resolveSibling(Takeover.REPORTS));
            return Optional.empty();
        } catch (BackupException | Refusal e) {
            drilling.failed(String.valueOf(e.getMessage()));
            return Optional.of(e);
        }
    }

    private void finish(Archive archive, Drill drill, Map<String, Object> found)
            throws IOException {
        try {
            new Drills(archive).put(drill);
        } catch (BackupException e) {
            output.note("record", "the archive does not know of this drill: " + e.getMessage());
        }
        if (report != null) {
            new DrillPage(archive.location(), drill, found).write(report);
            output.note("report", "report: " + report);
        }
        Map<String, Object> facts = new LinkedHashMap<>(found);
        facts.put("passed", drill.passed());
        facts.put("recoveryPoint", drill.recoveryPoint());
        facts.put("recoveryPointSeconds", drill.recoveryPointSeconds());
        facts.put("recoverySeconds", drill.recoverySeconds());
        facts.put("problems", drill.problems());
        output.result(facts, text(drill));
    }

    private static String text(Drill drill) {
        List<String> problems = drill.problems();
        return drill.passed()
                ? "passed: everything up to %s (%.0f s before) was back and checked after %.1f s"
                        .formatted(
                                drill.recoveryPoint(),
                                drill.recoveryPointSeconds(),
                                drill.recoverySeconds())
                : "NOT PASSED: " + String.join("; ", problems);
    }
}
