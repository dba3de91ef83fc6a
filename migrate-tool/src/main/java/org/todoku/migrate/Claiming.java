package org.todoku.migrate;

import java.net.URI;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import org.todoku.appliance.ApplianceConfig;
import org.todoku.appliance.Version;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.archive.Epoch;
import org.todoku.backup.archive.HostName;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.restore.NodeFile;
import org.todoku.migrate.runbook.Check;
import org.todoku.migrate.runbook.Overtaken;
import org.todoku.migrate.runbook.Step;
import org.todoku.migrate.runbook.StepRun;

/**
 * The steps that make this directory the archive's writer: the old epoch is ended, then the next is
 * claimed. The owner's name is written down before, so that a run that died between the claim and
 * its journal finds that the claim is its own.
 */
final class Claiming {
    static final String OWNER = "owner";

    /** The epoch that this run ends. */
    static final String FROM = "from";

    private final Archive archive;
    private final Chain found;
    private final Supplier<Optional<ApplianceConfig>> config;

    /**
     * Makes them.
     *
     * @param found the chain as it was when the command began
     * @param config of the service here, asked for when the epoch is claimed
     */
    Claiming(Archive archive, Chain found, Supplier<Optional<ApplianceConfig>> config) {
        this.archive = archive;
        this.found = found;
        this.config = config;
    }

    Step seal() {
        Epoch writer = found.newest().orElseThrow();
        return Step.named(
                        "seal",
                        "ends epoch %d of %s: it can ship and send nothing more"
                                .formatted(writer.number(), writer.host()))
                .check(this::checkSeal)
                .act(this::seal)
                .pointOfNoReturn();
    }

    Step claim() {
        return Step.named("claim", "claims the next epoch: this host is the writer")
                .check(this::checkClaim)
                .act(this::claim);
    }

    /** At the end: a restore takes its time, and somebody may have taken over from this host. */
    Step hold() {
        return Step.named("hold", "looks that nobody took over from here meanwhile")
                .act(
                        run -> {
                            Epoch newest = archive.newestEpoch().orElseThrow();
                            if (!isOurs(newest, run)) {
                                throw lost(newest);
                            }
                            return "epoch " + newest.number() + " is still ours";
                        });
    }

    private Check checkSeal(StepRun run) {
        Epoch newest = archive.newestEpoch().orElseThrow();
        if (isOurs(newest, run)) {
            return Check.done("it was ended");
        }
        requireUnchanged(newest, run);
        if (newest.number() != found.newest().orElseThrow().number()) {
            throw lost(newest);
        }
        return Check.OPEN;
    }

    private String seal(StepRun run) {
        long from = found.newest().orElseThrow().number();
        run.rememberOnce(OWNER, NodeFile.fresh().owner());
        run.remember(FROM, String.valueOf(from));
        try {
            found.seal(HostName.here()).lostTail().ifPresent(run::note);
        } catch (BackupException e) {
            throw e.fault() == BackupFault.CLAIM_LOST
                    ? lost(archive.newestEpoch().orElseThrow())
                    : e;
        }
        return "epoch %d is ended".formatted(from);
    }

    private Check checkClaim(StepRun run) {
        Epoch newest = archive.newestEpoch().orElseThrow();
        if (isOurs(newest, run)) {
            return Check.done("epoch " + newest.number() + " is ours");
        }
        requireUnchanged(newest, run);
        return Check.OPEN;
    }

    private String claim(StepRun run) {
        Chain chain = Chain.read(archive);
        Epoch newest = chain.newest().orElseThrow();
        requireUnchanged(newest, run);
        Epoch epoch =
                new Epoch(
                        newest.number() + 1,
                        run.fact(OWNER).orElseThrow(),
                        HostName.here(),
                        config.get().map(c -> c.http().publicUrl()).map(URI::toString).orElse(""),
                        chain.tail(),
                        Instant.now().toString(),
                        Version.TEXT);
        if (!archive.claim(epoch)) {
            throw lost(archive.newestEpoch().orElse(epoch));
        }
        run.remember("epoch", String.valueOf(epoch.number()));
        return "epoch " + epoch.number() + " is ours; the old host is fenced out";
    }

    private static boolean isOurs(Epoch newest, StepRun run) {
        return run.fact(OWNER).filter(newest.owner()::equals).isPresent();
    }

    /** What this run set out to end must be what is there. */
    private static void requireUnchanged(Epoch newest, StepRun run) {
        Optional<String> from = run.fact(FROM);
        if (from.isPresent() && !from.get().equals(String.valueOf(newest.number()))) {
            throw lost(newest);
        }
    }

    private static Overtaken lost(Epoch winner) {
        return new Overtaken(
                new BackupException(
                        BackupFault.CLAIM_LOST,
                        "taking over",
                        "another host was quicker: epoch %d belongs to %s"
                                .formatted(winner.number(), winner.host()),
                        "use the service there (todoku-migrate status shows where); what this run"
                                + " had laid down here is gone again"));
    }
}
