package org.todoku.migrate;

import java.io.IOException;
import java.net.URI;
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
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.Serving;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.RecoveryKit;
import org.todoku.backup.restore.Standby;
import org.todoku.migrate.runbook.Estimate;
import org.todoku.migrate.runbook.Journal;
import org.todoku.migrate.runbook.Plan;
import org.todoku.migrate.runbook.Runbook;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A warm standby on this host. */
@Command(
        name = "standby",
        description =
                "Keeps a second copy that redoes the log as it comes; takeover promotes it in a moment.",
        versionProvider = Main.VersionLine.class,
        mixinStandardHelpOptions = true)
final class StandbyCommand implements Callable<Integer> {
    private static final String JOURNAL = "standby.journal";
    private static final String CONFIG = "standby.config";

    @Mixin private ArchiveOptions options;
    @Mixin private ConfigOption config;
    @Mixin private Output output;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "DIR",
            description = "must be empty, or a standby's")
    private Path data;

    @Option(
            names = "--listen",
            paramLabel = "PORT",
            defaultValue = "0",
            description = "tells its state as JSON at http://127.0.0.1:PORT/")
    private int port;

    @Option(
            names = "--no-rehearsal",
            description = "does not start the service on a copy of the data first")
    private boolean noRehearsal;

    @Option(
            names = "--auto-takeover",
            description =
                    "takes over by itself when the old host is silent and the witnesses answer")
    private boolean autoTakeover;

    @Option(
            names = "--witness",
            paramLabel = "URL",
            description = "answers as long as this host is not cut off; may be given several times")
    private List<URI> witnesses = new ArrayList<>();

    @Option(
            names = "--old",
            paramLabel = "URL",
            description = "the old host's health; else the address that its epoch names")
    private @Nullable URI old;

    @Option(
            names = "--after",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "of silence without a break (${DEFAULT-VALUE})")
    private int after;

    @Option(
            names = "--from",
            paramLabel = "URL",
            description = "the server itself, which feeds this standby as well: https://old.host")
    private @Nullable String from;

    @Option(
            names = "--token-file",
            paramLabel = "F",
            description = "an API token of the service, for --from")
    private @Nullable Path tokenFile;

    @Option(
            names = "--ca",
            paramLabel = "F",
            description = "PEM: who signed the server's certificate; else the usual authorities")
    private @Nullable Path ca;

    @Option(
            names = "--address",
            split = ",",
            paramLabel = "IP",
            description = "of this host, as others reach it: the names of dns.names are led here")
    private List<String> addresses = List.of();

    @Option(names = "--dry-run", description = "shows the steps and how long they may take")
    private boolean dryRun;

    @Override
    public Integer call() {
        Serving.log();
        Optional<OldHost> writer = writer();
        RecoveryKit kit = kit(writer);
        try (Archive archive = ArchiveOptions.open(kit)) {
            if (dryRun) {
                Plan plan = plan(archive);
                output.plan(plan);
                Map<String, Object> facts = new LinkedHashMap<>(plan.facts());
                facts.put("dryRun", true);
                output.result(facts, "nothing was changed");
                return 0;
            }
            Optional<AutoTakeover> auto =
                    autoTakeover
                            ? Optional.of(AutoTakeover.of(archive, rules()))
                            : Optional.empty();
            Optional<Path> file = configure(archive, kit);
            file.ifPresent(this::remember);
            var settings =
                    new StandbyRun.Settings(
                            data,
                            file,
                            port,
                            !noRehearsal,
                            auto,
                            writer,
                            TrafficSteps.addresses(addresses));
            new StandbyRun(archive, settings, output).run();
        }
        return 0;
    }

    /** What a standby does until it is one; a copy that is there goes on from where it was. */
    private Plan plan(Archive archive) {
        boolean goesOn = Standby.isStandby(data);
        if (!goesOn) {
            Restoring.requireEmpty(data, JOURNAL, CONFIG, Takeover.REPORTS);
        }
        RestoreEstimate estimate = RestoreEstimate.newest(archive);
        List<Plan.Planned> steps = new ArrayList<>();
        steps.add(
                planned(
                        "copy",
                        "restores the newest base here and follows the log",
                        estimate.restore(),
                        goesOn));
        if (!noRehearsal) {
            steps.add(
                    planned(
                            "rehearsal",
                            "starts the service on a copy of the data",
                            estimate.check(),
                            false));
        }
        steps.add(
                planned("follow", "redoes what comes, until it is ended", Estimate.MOMENT, false));
        return new Plan("standby", steps);
    }

    private static Plan.Planned planned(
            String name, String title, Estimate estimate, boolean isDone) {
        return new Plan.Planned(name, title, estimate, false, false, isDone);
    }

    /** For a takeover when this has stopped. */
    private void remember(Path file) {
        try {
            Files.createDirectories(data);
            Files.writeString(data.resolve(CONFIG), file.toAbsolutePath().normalize() + "\n");
        } catch (IOException e) {
            throw Refusal.failed(
                    "writing into " + data + ": " + e, "may this user write there, has it room?");
        }
    }

    /** The configuration with which a standby ran last. */
    static Optional<Path> remembered(Path data) {
        Path note = data.resolve(CONFIG);
        try {
            return Files.exists(note)
                    ? Optional.of(Path.of(Files.readString(note).strip()))
                    : Journal.fact(data.resolve(JOURNAL), Configuring.CONFIG).map(Path::of);
        } catch (IOException e) {
            throw Refusal.failed("reading " + note + ": " + e, "give --config FILE");
        }
    }

    private Optional<OldHost> writer() {
        if (from == null) {
            return Optional.empty();
        }
        if (tokenFile == null) {
            throw Refusal.usage("--from needs a token", "give --token-file F: an API token");
        }
        return Optional.of(OldHost.at(from, tokenFile, Optional.ofNullable(ca)));
    }

    /** As named here; else as the server says, and after the first time as it was laid down. */
    private RecoveryKit kit(Optional<OldHost> writer) {
        if (writer.isEmpty() || options.namesKey(config.file())) {
            return options.kit(config.file());
        }
        Optional<Path> known =
                Journal.fact(data.resolve(JOURNAL), Configuring.CONFIG).map(Path::of);
        return known.isPresent()
                ? ArchiveOptions.kitOf(ArchiveOptions.config(known.get()), data)
                : writer.get().kit();
    }

    private AutoTakeover.Rules rules() {
        return new AutoTakeover.Rules(
                witnesses, Optional.ofNullable(old), Duration.ofSeconds(after));
    }

    /** The configuration of the service here: as given, or as the archive has it. */
    private Optional<Path> configure(Archive archive, RecoveryKit kit) {
        Path journal = data.resolve(JOURNAL);
        Optional<Path> known = Journal.fact(journal, Configuring.CONFIG).map(Path::of);
        if (config.file().isPresent() || known.isPresent()) {
            return config.file().or(() -> known);
        }
        var step = new Configuring(archive, kit, Optional.empty(), data).step();
        InstantSource clock = InstantSource.system();
        try (Journal open = Journal.open(journal, clock)) {
            new Runbook("standby", List.of(step), output, clock)
                    .run(open, data.resolve(Takeover.REPORTS));
        }
        return Journal.fact(journal, Configuring.CONFIG).map(Path::of);
    }
}
