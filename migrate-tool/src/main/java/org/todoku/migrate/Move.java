package org.todoku.migrate;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.ApplianceConfig;
import org.todoku.appliance.Serving;
import org.todoku.appliance.Version;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.Epoch;
import org.todoku.backup.archive.RecoveryKit;
import org.todoku.backup.restore.NodeFile;
import org.todoku.backup.restore.Restore;
import org.todoku.backup.restore.Standby;
import org.todoku.migrate.runbook.Check;
import org.todoku.migrate.runbook.Estimate;
import org.todoku.migrate.runbook.Journal;
import org.todoku.migrate.runbook.Runbook;
import org.todoku.migrate.runbook.Step;
import org.todoku.migrate.runbook.StepRun;

/**
 * The steps of the planned move, in order: a standby here catches up with the living host and is
 * rehearsed; then the old host ends its sending, holds its writers and ships the rest; this host
 * claims the next epoch and serves; the old one sends on what still reaches it. Until the claim the
 * old host is as before when the move stops, and goes on by itself when it hears nothing more.
 */
final class Move implements AutoCloseable {
    static final String NAME = "move";
    static final String JOURNAL = "move.journal";

    /** In the run's facts: how long the writers waited. */
    static final String PAUSED_MS = "pausedMs";

    /** So long a hold is sure to last: well below what the old host waits for a word of us. */
    private static final Duration HOLDS = Duration.ofSeconds(8);

    /** The old host goes on by itself when it has heard nothing for so long. */
    private static final Duration LETS_GO = Duration.ofSeconds(15);

    private final OldHost old;
    private final Archive archive;
    private final RecoveryKit kit;
    private final Target target;
    private final Output output;
    private @Nullable Standby standby;
    private Serving.@Nullable Claim claim;
    private @Nullable URI serves;
    private long heldNanos;

    /**
     * Where the service goes.
     *
     * @param reach how the old host reaches this one; empty to find out
     * @param addresses by which others reach it; empty when the names are not to be changed
     */
    record Target(
            Path data, Optional<Path> config, Optional<URI> reach, List<InetAddress> addresses) {
        Target {
            addresses = List.copyOf(addresses);
        }
    }

    Move(OldHost old, Archive archive, RecoveryKit kit, Target target, Output output) {
        this.old = old;
        this.archive = archive;
        this.kit = kit;
        this.target = target;
        this.output = output;
    }

    static Path journal(Path data) {
        return data.resolve(JOURNAL);
    }

    /**
     * The runbook.
     *
     * @param measure reads a little of the archive to know how fast that is, for the estimates
     */
    Runbook runbook(boolean measure) {
        Optional<RestoreEstimate> estimate =
                measure ? Optional.of(RestoreEstimate.newest(archive)) : Optional.empty();
        Estimate copied = estimate.map(RestoreEstimate::restore).orElse(Estimate.MOMENT);
        Estimate rehearsed = estimate.map(RestoreEstimate::check).orElse(Estimate.MOMENT);
        List<Step> steps =
                new ArrayList<>(
                        List.of(
                                new Configuring(archive, kit, target.config(), target.data())
                                        .step(),
                                Step.named(
                                                "copy",
                                                "restores the newest base here and follows the log")
                                        .estimate(copied)
                                        .act(this::copy)
                                        .undo(
                                                run ->
                                                        close(
                                                                "left as a standby: use it or delete it")),
                                Step.named("rehearsal", "starts the service on a copy of the data")
                                        .estimate(rehearsed)
                                        .act(this::rehearse)));
        steps.addAll(turning());
        steps.addAll(new TrafficSteps(NAME, target.addresses(), this::config).all());
        return new Runbook(NAME, steps, output, InstantSource.system());
    }

    /** What happens in and around the pause. */
    private List<Step> turning() {
        return List.of(
                Step.named("follow", "takes what was written meanwhile").act(this::follow),
                Step.named("pause", "ends the sending of mail on the old host")
                        .estimate(new Estimate(Duration.ofSeconds(1), "4 s at most"))
                        .act(this::pause)
                        .undo(this::release),
                Step.named("hold", "lets writers on the old host wait and ships the rest")
                        .act(this::hold)
                        .undo(this::release),
                Step.named("claim", "ends the old epoch and claims the next for this host")
                        .check(this::isOurs)
                        .act(this::claim)
                        .pointOfNoReturn(),
                Step.named("serve", "ends the redo and serves here")
                        .estimate(new Estimate(Duration.ofMillis(500), "0.5 s"))
                        .act(this::serve),
                Step.named("forward", "the old host sends on what reaches it").act(this::forward));
    }

    /** What is good to know beforehand; from the configuration that was given. */
    List<String> advice() {
        return new TrafficSteps(NAME, target.addresses(), this::config).advice();
    }

    private String copy(StepRun run) {
        standby();
        return "follows " + archive.location();
    }

    /** Opened by whichever step needs it first: a run that goes on begins in the middle. */
    private Standby standby() {
        Standby open = standby;
        if (open == null) {
            claim = Serving.claim(target.data());
            open = Standby.open(archive, target.data(), InstantSource.system(), new Quietly());
            standby = open;
        }
        return open;
    }

    private String rehearse(StepRun run) {
        return new Rehearsal(output).tell(standby(), target.data());
    }

    private String follow(StepRun run) {
        while (standby().step()) {
            run.stopIfAsked();
        }
        standby()
                .status()
                .trouble()
                .ifPresent(
                        why -> {
                            throw Refusal.failed(
                                    "the standby here does not follow: " + why,
                                    "see to it and run the move again");
                        });
        return "at " + standby().status().end();
    }

    private String pause(StepRun run) {
        old.pause();
        return "no mail is on its way";
    }

    private String hold(StepRun run) {
        standby().step();
        heldNanos = System.nanoTime();
        long took = old.hold();
        return "shipped the rest in %d ms".formatted(took);
    }

    private String release(StepRun run) {
        old.release();
        return "the old host serves as before";
    }

    /** Asked of a run that goes on: while the writers wait, each listing counts. */
    private Check isOurs(StepRun run) {
        if (heldNanos != 0) {
            return Check.OPEN;
        }
        Optional<String> owner = NodeFile.read(target.data()).map(NodeFile::owner);
        boolean ours = archive.newestEpoch().map(Epoch::owner).equals(owner) && owner.isPresent();
        return ours ? new Check.Done("the epoch is ours already") : Check.OPEN;
    }

    private String claim(StepRun run) {
        if (heldNanos == 0 || millisSince(heldNanos) > HOLDS.toMillis()) {
            // An earlier run held it, or this one was stopped meanwhile: the old host may have
            // gone on since.
            old.pause();
            hold(run);
        }
        long begun = System.nanoTime();
        standby().seal();
        if (millisSince(heldNanos) > LETS_GO.toMillis()) {
            run.note(
                    "this host was stopped in the middle: the old one may have confirmed something"
                            + " that had not come into the archive; todoku-migrate salvage finds it");
        }
        String url = config().map(c -> c.http().publicUrl().toString()).orElse("");
        Epoch epoch = standby().claim(url, Version.TEXT, true);
        return "epoch %d is ours (%d ms)".formatted(epoch.number(), millisSince(begun));
    }

    private String serve(StepRun run) {
        long begun = System.nanoTime();
        if (Standby.isStandby(target.data())) {
            standby().promote();
        }
        close("");
        long promoted = millisSince(begun);
        if (SystemdService.isInstalled()) {
            SystemdService.start();
            return "started the service todoku";
        }
        URI address = Serving.start(target.data(), configFile());
        serves = address;
        return "serves at %s (redo ended after %d ms, started after %d ms)"
                .formatted(address, promoted, millisSince(begun));
    }

    private static long millisSince(long begun) {
        return (System.nanoTime() - begun) / 1_000_000;
    }

    /** An earlier run may have served and died: nothing is sent on to nobody. */
    void ensureServes() {
        if (serves == null && !SystemdService.isInstalled()) {
            close("");
            try {
                serves = Serving.start(target.data(), configFile());
            } catch (FaultException e) {
                if (e.fault() != Fault.DATA_DIR_IN_USE) {
                    throw e;
                }
                output.note("serve", "another process serves here already");
            }
        }
    }

    private String forward(StepRun run) {
        ensureServes();
        URI to = target.reach().orElseGet(this::reach);
        old.forward(to);
        if (heldNanos != 0) {
            run.remember(PAUSED_MS, String.valueOf(millisSince(heldNanos)));
            output.note(
                    "forward",
                    "figure: writers paused %d ms, from the hold to the forwarding"
                            .formatted(millisSince(heldNanos)));
        }
        return "to " + to;
    }

    /** This host's address as the old one sees it, if it serves to other machines at all. */
    private URI reach() {
        ApplianceConfig.Http http = config().map(ApplianceConfig::http).orElseThrow();
        URI from = old.address();
        int port = from.getPort() > 0 ? from.getPort() : 443;
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(from.getHost(), port), 5_000);
            InetAddress here = socket.getLocalAddress();
            String scheme =
                    config().flatMap(c -> c.tls().certificate()).isPresent() ? "https" : "http";
            String host = here.getHostAddress();
            return URI.create(
                    "%s://%s:%d/"
                            .formatted(
                                    scheme,
                                    host.contains(":") ? "[" + host + "]" : host,
                                    http.port()));
        } catch (IOException e) {
            throw Refusal.failed(
                    "finding this host's address as " + from + " sees it: " + e,
                    "say it with --reach URL");
        }
    }

    private Optional<ApplianceConfig> config() {
        return configFile().map(ArchiveOptions::config);
    }

    Optional<Path> configFile() {
        return target.config()
                .or(() -> Journal.fact(journal(target.data()), Configuring.CONFIG).map(Path::of));
    }

    /** Where this process serves; empty when the installed service does. */
    Optional<URI> serves() {
        return Optional.ofNullable(serves);
    }

    private String close(String message) {
        Standby open = standby;
        if (open != null) {
            standby = null;
            open.close();
        }
        Serving.Claim claimed = claim;
        if (claimed != null) {
            claim = null;
            claimed.close();
        }
        return message;
    }

    @Override
    public void close() {
        String said = close("");
        assert said.isEmpty();
    }

    private final class Quietly implements Restore.Progress {
        @Override
        public void base(long bytes, long of) {
            output.progress("copy", bytes, of);
        }

        @Override
        public void log(int segments, int of) {
            output.progress("copy", segments, of);
        }
    }
}
