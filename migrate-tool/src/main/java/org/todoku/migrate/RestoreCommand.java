package org.todoku.migrate;

import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.RestoredCheck;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.BaseManifest;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.restore.NodeFile;
import org.todoku.backup.restore.Restore;
import org.todoku.backup.restore.RestorePlan;
import org.todoku.backup.restore.RestoreTarget;
import org.todoku.backup.volume.LogPosition;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A data directory out of the archive; claims nothing. */
@Command(
        name = "restore",
        description =
                "Makes a data directory out of the archive, which is not changed but for a lease"
                        + " while it is read.",
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

    @Option(
            names = "--at-instant",
            paramLabel = "INSTANT",
            description =
                    "the state at this place of the log: FILE:OFFSET, or the number that status"
                            + " shows")
    private @Nullable String atInstant;

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
            RestorePlan plan = RestorePlan.of(chain, archive.catalogue(), target());
            if (dryRun) {
                output.result(
                        Map.of(
                                "base", plan.base().id(),
                                "bases", plan.bases().stream().map(BaseManifest::id).toList(),
                                "bytes", plan.base().bytes(),
                                "segments", plan.segments().size(),
                                "objects", plan.objects(),
                                "warnings", plan.warnings()),
                        "would restore " + Restoring.describe(plan));
                return 0;
            }
            output.begin("restore", Restoring.describe(plan));
            Restore.Reached reached = new Restoring(archive, to, output.told("restore")).run(plan);
            output.done("restore", Restoring.describe(reached));
            var restored =
                    new NodeFile.Restored(
                            reached.to(), archive.location(), Instant.now().toString(), false);
            new NodeFile(NodeFile.fresh().owner(), Optional.of(restored)).write(to);
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("to", to.toString());
            facts.put("instant", reached.to().end().instant());
            facts.put("shipped", reached.shipped());
            facts.put("base", reached.base().id());
            facts.put("warnings", reached.warnings());
            if (!noCheck) {
                output.begin("check", RestoredCheck.TITLE);
                RestoredCheck.Found found = RestoredCheck.run(to);
                found.notes().forEach(note -> output.note("check", note));
                output.done("check", found.text());
                facts.putAll(found.facts());
            }
            output.result(
                    facts,
                    "restored into %s: todoku serve --data %s starts on it. With this archive configured that"
                                    .formatted(to, to)
                            + " start takes the service over from the host that writes to it now");
            return 0;
        }
    }

    private RestoreTarget target() {
        if (at != null && atInstant != null) {
            throw Refusal.usage("--at and --at-instant exclude each other", "give one of them");
        }
        try {
            if (atInstant != null) {
                return new RestoreTarget.Position(LogPosition.parse(atInstant));
            }
        } catch (IllegalArgumentException e) {
            throw Refusal.usage(
                    "--at-instant " + atInstant + " is no place in the log",
                    "write it as FILE:OFFSET, or as the number that todoku-migrate status shows");
        }
        try {
            return RestoreTarget.of(Optional.ofNullable(at).map(Instant::parse));
        } catch (DateTimeParseException e) {
            throw Refusal.usage(
                    "--at " + at + " is no time", "write it as 2026-11-22T10:15:00Z (UTC)");
        }
    }
}
