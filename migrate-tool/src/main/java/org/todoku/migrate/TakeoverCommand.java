package org.todoku.migrate;

import java.io.Console;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.todoku.appliance.Serving;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.Epoch;
import org.todoku.backup.archive.Feedings;
import org.todoku.backup.archive.Heartbeat;
import org.todoku.backup.archive.RecoveryKit;
import org.todoku.backup.restore.NodeFile;
import org.todoku.backup.restore.Standby;
import org.todoku.migrate.runbook.Journal;
import org.todoku.migrate.runbook.Plan;
import org.todoku.migrate.runbook.Report;
import org.todoku.migrate.runbook.Runbook;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The emergency move to this host. */
@Command(
        name = "takeover",
        description = "Takes the service over on this host, from the archive alone.",
        versionProvider = Main.VersionLine.class,
        mixinStandardHelpOptions = true)
final class TakeoverCommand implements Callable<Integer> {
    private static final Duration HEARD = Duration.ofSeconds(10);

    @Mixin private ArchiveOptions options;
    @Mixin private ConfigOption config;
    @Mixin private OutsideOptions outside;
    @Mixin private Output output;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "DIR",
            description = "must be empty, or what an interrupted takeover left")
    private Path data;

    @Option(names = "--no-start", description = "leaves starting the service to you")
    private boolean noStart;

    @Option(names = "--dry-run", description = "shows the steps only")
    private boolean dryRun;

    @Option(names = "--yes", description = "asks nothing")
    private boolean yes;

    @Option(
            names = "--old-host-is-off",
            description = "you answer for it: needed where the archive's store cannot fence it out")
    private boolean oldHostIsOff;

    @Option(
            names = "--accept-loss",
            description =
                    "gives up what a standby elsewhere has confirmed and has not left in the archive")
    private boolean acceptLoss;

    @Option(
            names = "--address",
            split = ",",
            paramLabel = "IP",
            description = "of this host, as others reach it: the names of dns.names are led here")
    private List<String> addresses = List.of();

    @Option(names = "--abort", description = "undoes a run that was killed before it fenced")
    private boolean abort;

    @Override
    public Integer call() {
        if (Standby.isStandby(data)) {
            return promote();
        }
        if (isPromotedAndNeverServed()) {
            return startPromoted();
        }
        Path journal = Takeover.journal(data);
        boolean goesOn = Journal.isUnderWay(journal);
        if (!goesOn && isDoneAndNeverServed(journal)) {
            output.note("start", "this host has taken over already");
            sayHow(journal);
            output.result(Map.of("taken", "before"), "nothing was left to do");
            return finish(journal);
        }
        if (!goesOn) {
            Refusal.whereItIsDone(journal, data);
            Restoring.requireEmpty(data, Takeover.JOURNAL, Takeover.REPORTS);
        }
        RecoveryKit kit = options.kit(config.file());
        try (Archive archive = ArchiveOptions.open(kit)) {
            var host = new Takeover.Host(data, config.file(), TrafficSteps.addresses(addresses));
            Takeover takeover = new Takeover(archive, kit, host);
            say(archive, takeover, goesOn);
            Runbook runbook = takeover.runbook(output, dryRun);
            if (dryRun) {
                takeover.advice().forEach(line -> output.note("dns", line));
                showPlan(runbook.plan(journal));
                return 0;
            }
            if (!goesOn) {
                requireFence(archive);
                requireHeard(archive, takeover.chain().newest().orElseThrow().number());
                confirm(takeover.chain().newest().orElseThrow().host());
            }
            if (!run(runbook, journal)) {
                return 0;
            }
        }
        return finish(journal);
    }

    /** A standby is promoted where it runs; one that is stopped, by this command itself. */
    private int promote() {
        long begun = System.nanoTime();
        if (dryRun) {
            output.result(
                    Map.of("dryRun", true, "standby", true),
                    "would promote the standby in " + data + "; nothing was changed");
            return 0;
        }
        Optional<Map<String, Object>> running = StandbyTakeover.status(data);
        if (running.isEmpty()) {
            return promoteStopped(begun);
        }
        if (!yes) {
            confirm("the host that writes epoch " + running.get().get("epoch"));
        }
        Map<String, Object> facts =
                StandbyTakeover.promote(data, oldHostIsOff, acceptLoss)
                        .orElseThrow(
                                () ->
                                        Refusal.failed(
                                                "the standby in " + data + " has just stopped",
                                                "run the same command again"));
        output.result(
                facts,
                "taken over in %.2f s by the standby, which serves at %s now"
                        .formatted(
                                (System.nanoTime() - begun) / 1e9,
                                facts.getOrDefault("address", "")));
        return 0;
    }

    private int promoteStopped(long begun) {
        Serving.log();
        Optional<Path> file = config.file().or(() -> StandbyCommand.remembered(data));
        boolean serves = !noStart && !SystemdService.isInstalled();
        try (Archive archive = ArchiveOptions.open(kit(file))) {
            confirm(
                    "the host that writes epoch "
                            + archive.newestEpoch().map(Epoch::number).orElse(0L));
            var settings =
                    new StandbyRun.Settings(
                            data,
                            file,
                            0,
                            false,
                            Optional.empty(),
                            Optional.empty(),
                            TrafficSteps.addresses(addresses));
            Map<String, Object> facts =
                    new StandbyRun(archive, settings, output)
                            .promoteStopped(oldHostIsOff, acceptLoss, serves);
            output.result(
                    facts,
                    "taken over in %.2f s from what the stopped standby had"
                            .formatted((System.nanoTime() - begun) / 1e9));
        }
        if (serves) {
            Looking.beside(started(file));
            awaitEnd();
            return 0;
        }
        if (!noStart) {
            return start(file);
        }
        output.note("start", "start it with: todoku " + String.join(" ", serve(file)));
        return 0;
    }

    /** A crash between the end of a standby's redo and its first start left this. */
    private boolean isPromotedAndNeverServed() {
        return Files.exists(data.resolve(Promotion.JOURNAL))
                && NodeFile.read(data).flatMap(NodeFile::restored).isPresent();
    }

    private int startPromoted() {
        Optional<Path> file = config.file().or(() -> StandbyCommand.remembered(data));
        output.note("start", "the standby here was promoted already, and has not served yet");
        output.result(Map.of("taken", "before"), "nothing was left to do but the start");
        if (noStart) {
            output.note("start", "start it with: todoku " + String.join(" ", serve(file)));
            return 0;
        }
        return start(file);
    }

    /** Of the options, or as the standby was configured. */
    private RecoveryKit kit(Optional<Path> standbys) {
        return options.namesKey(config.file())
                ? options.kit(config.file())
                : standbys.map(f -> ArchiveOptions.kitOf(ArchiveOptions.config(f), data))
                        .orElseGet(() -> options.kit(Optional.empty()));
    }

    /** The server goes on in this process; its end is the process's. */
    private static void awaitEnd() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** False when it was aborted, as was asked for. */
    private boolean run(Runbook runbook, Path file) {
        Path reports = data.resolve(Takeover.REPORTS);
        try (Journal journal = Journal.open(file, InstantSource.system())) {
            if (abort) {
                Report undone = runbook.abort(journal, reports);
                output.result(Map.of("outcome", undone.outcome()), "undone: all is as before");
                return false;
            }
            Report report = runbook.run(journal, reports);
            Map<String, Object> result = new LinkedHashMap<>(RestoreSteps.facts(report.facts()));
            result.put("seconds", report.seconds());
            sayHow(file);
            output.result(
                    result,
                    "taken over in %.1f s. What was being sent is on hold: the console shows who"
                                    .formatted(report.seconds())
                            + " was handed over, who certainly was not, and who is in doubt");
            return true;
        }
    }

    private void say(Archive archive, Takeover takeover, boolean goesOn) {
        Epoch writer = takeover.chain().newest().orElseThrow();
        output.note(
                "plan",
                "epoch %d of %s, last sign of life %s; %s"
                        .formatted(
                                writer.number(),
                                writer.host(),
                                archive.heartbeat().map(Heartbeat::time).orElse("unknown"),
                                Restoring.describe(takeover.plan())));
        if (goesOn) {
            output.note("plan", "a takeover into " + data + " was interrupted: it goes on");
        }
    }

    private void showPlan(Plan plan) {
        output.plan(plan);
        Map<String, Object> facts = new LinkedHashMap<>(plan.facts());
        facts.put("dryRun", true);
        output.result(facts, "nothing was changed");
    }

    /** The server's first start on what was restored takes this note out of the directory. */
    private boolean isDoneAndNeverServed(Path journal) {
        Optional<String> owner = Journal.fact(journal, Claiming.OWNER);
        return NodeFile.read(data)
                .filter(node -> owner.filter(node.owner()::equals).isPresent())
                .flatMap(NodeFile::restored)
                .isPresent();
    }

    private int finish(Path journal) {
        return noStart ? 0 : start(configFile(journal));
    }

    private Optional<Path> configFile(Path journal) {
        return config.file().or(() -> Journal.fact(journal, Configuring.CONFIG).map(Path::of));
    }

    /** Where the store lets two writers win, only a person can know that the old host is off. */
    private void requireFence(Archive archive) {
        if (!oldHostIsOff) {
            archive.verdict()
                    .ifPresent(
                            verdict ->
                                    verdict.requireFence(
                                            "taking over from " + archive.location(),
                                            "switch the old host off (or take its access key away),"
                                                    + " then say so with --old-host-is-off; nothing was"
                                                    + " changed"));
        }
    }

    /** A standby that noticed just now that the old host is gone gets a moment. */
    private void requireHeard(Archive archive, long epoch) {
        Feedings feedings = new Feedings(archive);
        long deadline = System.nanoTime() + HEARD.toNanos();
        while (!acceptLoss
                && !feedings.silent(epoch, "").isEmpty()
                && System.nanoTime() < deadline) {
            LockSupport.parkNanos(250_000_000);
        }
        if (!acceptLoss) {
            feedings.requireHeard(epoch, "", "taking over from " + archive.location());
        }
    }

    /** Only a terminal is asked: to a script the command itself is the answer. */
    @SuppressWarnings("SystemConsoleNull") // It is null here when the input is no terminal.
    private void confirm(String writer) {
        Console console = System.console();
        if (yes || console == null || !console.isTerminal()) {
            return;
        }
        String answer =
                console.readLine(
                        "This fences %s out for good. Is it gone, or may it stop? [y/N] ", writer);
        if (answer == null || !answer.strip().equalsIgnoreCase("y")) {
            throw Refusal.unsafe("not confirmed, and nothing was changed", "--yes asks nothing");
        }
    }

    private void sayHow(Path journal) {
        if (noStart) {
            String words = String.join(" ", serve(configFile(journal)));
            output.note("start", "start it with: todoku " + words);
        }
    }

    private int start(Optional<Path> configFile) {
        if (SystemdService.isInstalled()) {
            SystemdService.start();
            output.note("start", "started the service todoku");
            Looking.after(started(configFile), Duration.ofMinutes(1));
            return 0;
        }
        Looking.beside(started(configFile));
        org.todoku.appliance.Main.main(serve(configFile).toArray(String[]::new));
        return 0;
    }

    private Looking.Started started(Optional<Path> configFile) {
        return new Looking.Started(
                kit(configFile), data, configFile.map(ArchiveOptions::config), outside, output);
    }

    private List<String> serve(Optional<Path> configFile) {
        List<String> words = new ArrayList<>(List.of("serve", "--data", data.toString()));
        configFile.ifPresent(file -> words.addAll(List.of("--config", file.toString())));
        return words;
    }
}
