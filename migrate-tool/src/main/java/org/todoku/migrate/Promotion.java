package org.todoku.migrate;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.todoku.appliance.ApplianceConfig;
import org.todoku.appliance.Serving;
import org.todoku.appliance.Version;
import org.todoku.backup.restore.Standby;
import org.todoku.migrate.runbook.Journal;
import org.todoku.migrate.runbook.Runbook;
import org.todoku.migrate.runbook.Step;
import org.todoku.migrate.runbook.StepRun;

/**
 * The steps by which a standby becomes the service. Each run begins anew: after a crash the
 * directory is still a standby's, which follows the archive to its own claim and claims once more,
 * or an ordinary one that starts.
 */
final class Promotion {
    static final String NAME = "promotion";
    static final String JOURNAL = "promotion.journal";
    private static final String TRAFFIC_JOURNAL = "traffic.journal";

    private final Standby standby;
    private final StandbyRun.Settings settings;
    private final Output output;
    private final Runnable letGo;
    private final long begun = System.nanoTime();
    private final Map<String, Object> facts = new LinkedHashMap<>();

    /**
     * Prepares one.
     *
     * @param letGo called when the directory is an ordinary one, before it is served
     */
    Promotion(Standby standby, StandbyRun.Settings settings, Output output, Runnable letGo) {
        this.standby = standby;
        this.settings = settings;
        this.output = output;
        this.letGo = letGo;
    }

    /**
     * Seal, tail, claim, redo of the rest, and where that is asked for: serve.
     *
     * @param acceptLoss what other standbys may have is given up
     */
    Map<String, Object> run(boolean acceptLoss, boolean serves) {
        List<Step> steps =
                new ArrayList<>(
                        List.of(
                                Step.named("seal", "ends the old epoch and takes the rest of it")
                                        .act(run -> seal(acceptLoss))
                                        .pointOfNoReturn(),
                                Step.named("claim", "claims the next epoch for this host")
                                        .act(this::claim),
                                Step.named("promote", "ends the redo").act(this::promote)));
        if (serves) {
            steps.add(Step.named("serve", "serves here").act(this::serve));
        }
        run(new Runbook(NAME, steps, output, InstantSource.system()), JOURNAL);
        return facts;
    }

    /** Whether the old epoch is over and the next one this host's. */
    boolean isClaimed() {
        return facts.containsKey("epoch");
    }

    /** Names and hooks, beside the service: it is up already, whatever becomes of them. */
    void bringPeople() {
        var steps = new TrafficSteps(Takeover.NAME, settings.addresses(), this::config).all();
        Thread.ofVirtual()
                .name("traffic")
                .start(
                        () ->
                                run(
                                        new Runbook(
                                                "traffic", steps, output, InstantSource.system()),
                                        TRAFFIC_JOURNAL));
    }

    private void run(Runbook runbook, String journal) {
        Path file = settings.data().resolve(journal);
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw Refusal.failed("deleting " + file + ": " + e, "may this user write there?");
        }
        try (Journal open = Journal.open(file, InstantSource.system())) {
            runbook.run(open, settings.data().resolve(Takeover.REPORTS));
        }
    }

    private String seal(boolean acceptLoss) {
        String end = standby.seal(acceptLoss).end().toString();
        facts.put("recoveryPoint", end);
        facts.put("sealedMs", since());
        return "everything up to " + end + " is here";
    }

    private String claim(StepRun run) {
        String url = config().map(c -> c.http().publicUrl().toString()).orElse("");
        long epoch = standby.claim(url, Version.TEXT, false).number();
        facts.put("epoch", epoch);
        facts.put("claimedMs", since());
        run.remember("epoch", String.valueOf(epoch));
        return "epoch " + epoch + " is ours; the old host is fenced out";
    }

    private String promote(StepRun run) {
        standby.promote();
        facts.put("promotedMs", since());
        letGo.run();
        return "this is an ordinary data directory now";
    }

    private String serve(StepRun run) {
        URI address = Serving.start(settings.data(), settings.config());
        facts.put("servesMs", since());
        facts.put("address", address.toString());
        return "serves at " + address;
    }

    private Optional<ApplianceConfig> config() {
        return settings.config().map(ArchiveOptions::config);
    }

    private long since() {
        return (System.nanoTime() - begun) / 1_000_000;
    }
}
