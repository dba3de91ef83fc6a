package org.todoku.migrate;

import java.io.Console;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.archive.Epoch;
import org.todoku.backup.archive.Heartbeat;
import org.todoku.backup.archive.RecoveryKit;
import org.todoku.backup.restore.RestorePlan;
import org.todoku.backup.restore.RestoreTarget;
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
    @Mixin private ArchiveOptions options;
    @Mixin private ConfigOption config;
    @Mixin private Output output;

    @Option(names = "--data", required = true, paramLabel = "DIR", description = "must be empty")
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

    @Override
    public Integer call() {
        long begun = System.nanoTime();
        Restoring.requireEmpty(data);
        RecoveryKit kit = options.kit(config.file());
        Optional<Path> started;
        try (Archive archive = ArchiveOptions.open(kit)) {
            Chain chain = Chain.read(archive);
            RestorePlan plan =
                    RestorePlan.of(chain, archive.catalogue(), new RestoreTarget.Newest());
            Epoch writer = chain.newest().orElseThrow();
            Optional<Heartbeat> heartbeat = archive.heartbeat();
            output.note(
                    "plan",
                    "epoch %d of %s, last sign of life %s; %s"
                            .formatted(
                                    writer.number(),
                                    writer.host(),
                                    heartbeat.map(Heartbeat::time).orElse("unknown"),
                                    Restoring.describe(plan)));
            if (dryRun) {
                output.result(
                        Map.of("dryRun", true, "base", plan.base().id()),
                        "would claim epoch %d, restore, check, start"
                                .formatted(writer.number() + 1));
                return 0;
            }
            requireFence(archive);
            confirm(writer);
            Takeover takeover = new Takeover(archive, data, output);
            Optional<Path> file = takeover.configuration(kit, config.file());
            Chain ended = takeover.claim(chain, file.map(ArchiveOptions::config));
            ended.lostTail().ifPresent(lost -> output.note("plan", lost));
            takeover.restore(
                    RestorePlan.of(ended, archive.catalogue(), new RestoreTarget.Newest()));
            started = file;
            Map<String, Object> facts = takeover.check();
            Map<String, Object> result = new LinkedHashMap<>(facts);
            Duration took = Duration.ofNanos(System.nanoTime() - begun);
            result.put("seconds", took.toMillis() / 1000.0);
            output.result(
                    result,
                    "taken over in %.1f s. What was being sent is on hold: the console shows who"
                                    .formatted(took.toMillis() / 1000.0)
                            + " was handed over, who certainly was not, and who is in doubt");
        }
        return noStart ? sayHow(started) : start(started);
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

    /** Only a terminal is asked: to a script the command itself is the answer. */
    @SuppressWarnings("SystemConsoleNull") // It is null here when the input is no terminal.
    private void confirm(Epoch writer) {
        Console console = System.console();
        if (yes || console == null || !console.isTerminal()) {
            return;
        }
        String answer =
                console.readLine(
                        "This fences %s out for good. Is it gone, or may it stop? [y/N] ",
                        writer.host());
        if (answer == null || !answer.strip().equalsIgnoreCase("y")) {
            throw Refusal.unsafe("not confirmed, and nothing was changed", "--yes asks nothing");
        }
    }

    private int sayHow(Optional<Path> configFile) {
        output.note("start", "start it with: todoku " + String.join(" ", serve(configFile)));
        return 0;
    }

    private int start(Optional<Path> configFile) {
        if (SystemdService.isInstalled()) {
            SystemdService.start();
            output.note("start", "started the service todoku");
            return 0;
        }
        org.todoku.appliance.Main.main(serve(configFile).toArray(String[]::new));
        return 0;
    }

    private List<String> serve(Optional<Path> configFile) {
        List<String> words = new ArrayList<>(List.of("serve", "--data", data.toString()));
        configFile.ifPresent(file -> words.addAll(List.of("--config", file.toString())));
        return words;
    }
}
