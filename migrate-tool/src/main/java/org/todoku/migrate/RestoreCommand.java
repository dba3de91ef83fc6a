package org.todoku.migrate;

import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.restore.NodeFile;
import org.todoku.backup.restore.Restore;
import org.todoku.backup.restore.RestorePlan;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A data directory out of the archive; claims nothing. */
@Command(
        name = "restore",
        description = "Makes a data directory out of the archive. The archive is not changed.",
        versionProvider = Main.VersionLine.class,
        mixinStandardHelpOptions = true)
final class RestoreCommand implements Callable<Integer> {
    @Mixin private ArchiveOptions options;
    @Mixin private ConfigOption config;
    @Mixin private Output output;

    @Option(names = "--to", required = true, paramLabel = "DIR", description = "must be empty")
    private Path to;

    @Option(
            names = "--at",
            paramLabel = "TIME",
            description = "the state of this moment, as 2026-11-22T10:15:00Z")
    private @Nullable String at;

    @Option(names = "--dry-run", description = "shows the plan only")
    private boolean dryRun;

    @Option(
            names = "--no-check",
            description = "does not boot the restored database and check its rows")
    private boolean noCheck;

    @Override
    public Integer call() {
        Restoring.requireEmpty(to);
        try (Archive archive = ArchiveOptions.open(options.kit(config.file()))) {
            Chain chain = Chain.read(archive);
            chain.lostTail().ifPresent(lost -> output.note("plan", lost));
            RestorePlan plan = RestorePlan.of(chain, archive.bases(), moment());
            if (dryRun) {
                output.result(
                        Map.of("base", plan.base().id(), "segments", plan.segments().size()),
                        "would restore " + Restoring.describe(plan));
                return 0;
            }
            Restore.Reached reached = new Restoring(archive, to, output).run(plan);
            var restored =
                    new NodeFile.Restored(
                            reached.to(), archive.location(), Instant.now().toString(), false);
            new NodeFile(NodeFile.fresh().owner(), Optional.of(restored)).write(to);
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("to", to.toString());
            facts.put("instant", reached.to().end().instant());
            facts.put("shipped", reached.shipped());
            if (!noCheck) {
                facts.putAll(new RestoredCheck(output).run(to).facts());
            }
            output.result(
                    facts,
                    "restored into %s: todoku serve --data %s starts on it. With this archive configured that"
                                    .formatted(to, to)
                            + " start takes the service over from the host that writes to it now");
            return 0;
        }
    }

    private Optional<Instant> moment() {
        try {
            return Optional.ofNullable(at).map(Instant::parse);
        } catch (DateTimeParseException e) {
            throw Refusal.usage(
                    "--at " + at + " is no time", "write it as 2026-11-22T10:15:00Z (UTC)");
        }
    }
}
