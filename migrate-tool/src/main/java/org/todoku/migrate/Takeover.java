package org.todoku.migrate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.todoku.appliance.ApplianceConfig;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.Capsule;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.archive.Epoch;
import org.todoku.backup.archive.ForkPoint;
import org.todoku.backup.archive.RecoveryKit;
import org.todoku.backup.restore.NodeFile;
import org.todoku.backup.restore.RestorePlan;
import org.todoku.backup.restore.RestoreTarget;
import org.todoku.migrate.runbook.Journal;
import org.todoku.migrate.runbook.Runbook;
import org.todoku.migrate.runbook.Step;
import org.todoku.migrate.runbook.StepRun;

/**
 * The steps of the emergency move, in order. The configuration is laid down before the claim, since
 * the claim names the address of the service. The old host's epoch is ended before the claim: from
 * then on nothing that it ships can come into the archive, so that what the new ledger calls
 * certainly not sent cannot be sent by a host that still runs.
 */
final class Takeover {
    static final String NAME = "takeover";
    static final String JOURNAL = "takeover.journal";
    static final String REPORTS = "reports";

    private final Archive archive;
    private final RecoveryKit kit;
    private final Optional<Path> given;
    private final Path data;
    private final List<InetAddress> addresses;
    private final Chain chain;

    /**
     * What a person says about the new host.
     *
     * @param config the configuration; empty for that of the old host
     * @param addresses by which others reach it; empty when the names are not to be changed
     */
    record Host(Path data, Optional<Path> config, List<InetAddress> addresses) {
        Host {
            addresses = List.copyOf(addresses);
        }
    }

    /** Reads the archive; changes nothing. */
    Takeover(Archive archive, RecoveryKit kit, Host host) {
        this.archive = archive;
        this.kit = kit;
        this.given = host.config();
        this.data = host.data();
        this.addresses = host.addresses();
        this.chain = Chain.read(archive);
    }

    static Path journal(Path data) {
        return data.resolve(JOURNAL);
    }

    /** The chain as it was found. */
    Chain chain() {
        return chain;
    }

    RestorePlan plan() {
        return RestorePlan.of(chain, archive.catalogue(), new RestoreTarget.Newest());
    }

    /**
     * The runbook.
     *
     * @param measure reads a little of the archive to know how fast that is
     */
    Runbook runbook(Output output, boolean measure) {
        RestorePlan plan = plan();
        var end = chain.tail().map(ForkPoint::end).orElse(plan.base().end());
        RestoreEstimate estimate = RestoreEstimate.of(archive, plan, end, measure);
        Claiming claiming = new Claiming(archive, chain, this::config);
        RestoreSteps steps = new RestoreSteps(archive, data);
        Step configuration = new Configuring(archive, kit, given, data).step();
        List<Step> all =
                new ArrayList<>(
                        List.of(
                                configuration,
                                claiming.seal(),
                                claiming.claim(),
                                steps.restore(estimate.restore(), this::sealedPlan),
                                identify(),
                                steps.check(estimate.check()),
                                claiming.hold()));
        all.addAll(new TrafficSteps(NAME, addresses, this::config).all());
        return new Runbook(NAME, all, output, InstantSource.system());
    }

    /** What is good to know beforehand; from the configuration that will be used. */
    List<String> advice() {
        return new TrafficSteps(NAME, addresses, () -> config().or(this::kept)).advice();
    }

    /** The configuration in the archive, as far as it can be read without its other files. */
    private Optional<ApplianceConfig> kept() {
        Optional<String> text =
                archive.capsule(chain.newest().map(Epoch::number).orElse(0L))
                        .map(capsule -> capsule.files().get(Capsule.CONFIG));
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            Path file = Files.createTempFile("todoku", ".yaml");
            try {
                Files.write(file, Capsule.decode(text.get()));
                return Optional.of(ArchiveOptions.config(file));
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the old host had shipped when its epoch was ended: nothing comes to it any more. */
    private RestorePlan sealedPlan() {
        return RestorePlan.of(Chain.read(archive), archive.catalogue(), new RestoreTarget.Newest());
    }

    private Step identify() {
        return Step.named("identify", "writes down that this directory is the writer's, restored")
                .act(this::identify)
                .undo(
                        run -> {
                            NodeFile.delete(data);
                            return "deleted";
                        });
    }

    private String identify(StepRun run) {
        ForkPoint to = Chain.read(archive).tail().orElseThrow();
        var restored =
                new NodeFile.Restored(to, archive.location(), Instant.now().toString(), true);
        new NodeFile(run.fact(Claiming.OWNER).orElseThrow(), Optional.of(restored)).write(data);
        return "restored to segment %d of epoch %d".formatted(to.sequence(), to.epoch());
    }

    /** Of the service here: as given, or as it was laid down. */
    private Optional<ApplianceConfig> config() {
        return configFile().map(ArchiveOptions::config);
    }

    Optional<Path> configFile() {
        return given.or(() -> Journal.fact(journal(data), Configuring.CONFIG).map(Path::of));
    }
}
