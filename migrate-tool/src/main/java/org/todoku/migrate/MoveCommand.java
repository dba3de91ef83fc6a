package org.todoku.migrate;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.Serving;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.RecoveryKit;
import org.todoku.backup.restore.Standby;
import org.todoku.migrate.runbook.Journal;
import org.todoku.migrate.runbook.Plan;
import org.todoku.migrate.runbook.Report;
import org.todoku.migrate.runbook.Runbook;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The planned move to this host. */
@Command(
        name = "move",
        description = "Moves the service from a living host to this one; no request fails.",
        versionProvider = Main.VersionLine.class,
        mixinStandardHelpOptions = true)
final class MoveCommand implements Callable<Integer> {
    @Mixin private ConfigOption config;
    @Mixin private Output output;

    @Option(
            names = "--from",
            required = true,
            paramLabel = "URL",
            description = "the old host, as https://old.host; http to this machine only")
    private String from;

    @Option(
            names = "--token-file",
            required = true,
            paramLabel = "F",
            description = "an API token of the service")
    private Path tokenFile;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "DIR",
            description = "must be empty, a standby's, or what an interrupted move left")
    private Path data;

    @Option(
            names = "--reach",
            paramLabel = "URL",
            description = "how the old host reaches this one, to send on what still comes to it")
    private @Nullable URI reach;

    @Option(
            names = "--ca",
            paramLabel = "F",
            description = "PEM: who signed the old host's certificate; else the usual authorities")
    private @Nullable Path ca;

    @Option(
            names = "--address",
            split = ",",
            paramLabel = "IP",
            description = "of this host, as others reach it: the names of dns.names are led here")
    private List<String> addresses = List.of();

    @Mixin private OutsideOptions outside;

    @Option(names = "--dry-run", description = "shows the steps only")
    private boolean dryRun;

    @Option(names = "--abort", description = "undoes a run that was stopped before the claim")
    private boolean abort;

    @Override
    public Integer call() throws InterruptedException {
        Serving.log();
        Path file = Move.journal(data);
        if (!Journal.isUnderWay(file) && !Standby.isStandby(data)) {
            Refusal.whereItIsDone(file, data);
            Restoring.requireEmpty(data, Move.JOURNAL, Takeover.REPORTS);
        }
        OldHost old = OldHost.at(from, tokenFile, Optional.ofNullable(ca));
        RecoveryKit kit = kit(old, file);
        Optional<URI> serves;
        Looking.Started started;
        try (Archive archive = ArchiveOptions.open(kit);
                Move move = new Move(old, archive, kit, target(), output)) {
            Runbook runbook = move.runbook(dryRun);
            if (dryRun) {
                move.advice().forEach(line -> output.note("dns", line));
                Plan plan = runbook.plan(file);
                output.plan(plan);
                Map<String, Object> facts = new LinkedHashMap<>(plan.facts());
                facts.put("dryRun", true);
                output.result(facts, "nothing was changed");
                return 0;
            }
            if (!run(runbook, file)) {
                return 0;
            }
            move.ensureServes();
            serves = move.serves();
            started =
                    new Looking.Started(
                            kit,
                            data,
                            move.configFile().map(ArchiveOptions::config),
                            outside,
                            output);
        }
        if (serves.isEmpty()) {
            Looking.after(started, Duration.ofMinutes(1));
        } else {
            Looking.beside(started);
            output.note("serve", "ready " + serves.get());
            // Until the process is told to stop.
            new CountDownLatch(1).await();
        }
        return 0;
    }

    private Move.Target target() {
        return new Move.Target(
                data, config.file(), Optional.ofNullable(reach), TrafficSteps.addresses(addresses));
    }

    /** Past the claim the old host need not answer any more: its archive is known here. */
    private RecoveryKit kit(OldHost old, Path file) {
        try {
            return old.kit();
        } catch (Refusal e) {
            return Journal.fact(file, Configuring.CONFIG)
                    .map(Path::of)
                    .map(ArchiveOptions::config)
                    .filter(c -> c.archive().url().isPresent())
                    .map(c -> ArchiveOptions.kitOf(c, data))
                    .orElseThrow(() -> e);
        }
    }

    /** False when it was aborted, as was asked for. */
    private boolean run(Runbook runbook, Path file) {
        Path reports = data.resolve(Takeover.REPORTS);
        try (Journal journal = Journal.open(file, InstantSource.system())) {
            if (abort) {
                Report undone = runbook.abort(journal, reports);
                output.result(
                        Map.of("outcome", undone.outcome()), "undone: the old host is as before");
                return false;
            }
            Report report = runbook.run(journal, reports);
            Map<String, Object> result = new LinkedHashMap<>(report.facts());
            result.put("seconds", report.seconds());
            output.result(
                    result,
                    "moved in %.1f s; stop the old host when the names lead here and nobody comes to it"
                            .formatted(report.seconds()));
            return true;
        }
    }
}
