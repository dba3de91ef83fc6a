package org.todoku.migrate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.archive.Drill;
import org.todoku.backup.archive.ForkPoint;
import org.todoku.backup.archive.HostName;
import org.todoku.backup.restore.RestorePlan;
import org.todoku.backup.restore.RestoreTarget;
import org.todoku.migrate.runbook.Runbook;
import org.todoku.migrate.runbook.Step;
import org.todoku.migrate.runbook.StepRun;

/** The steps of a drill, which are those of a takeover without a claim, and what came of them. */
final class Drilling {
    /** What a boot writes beside what was restored. */
    private static final double MORE_ROOM = 1.2;

    private final Archive archive;
    private final Path scratch;
    private final Instant begun;
    private final boolean kit;
    private final Chain chain;
    private final RestorePlan plan;
    private final Optional<Instant> recoveryPoint;
    private final List<String> problems = new ArrayList<>();
    private final Map<String, Object> facts = new LinkedHashMap<>();
    private Instant checked;

    /** Reads the archive; changes nothing. */
    Drilling(Archive archive, Path scratch, Instant begun, boolean kit) {
        this.archive = archive;
        this.scratch = scratch;
        this.begun = begun;
        this.kit = kit;
        this.chain = Chain.read(archive);
        this.plan = RestorePlan.of(chain, archive.catalogue(), new RestoreTarget.Newest());
        this.recoveryPoint = Drill.recoveryPoint(archive, chain);
        this.checked = begun;
    }

    Runbook runbook(Output output, boolean measure) {
        var end = chain.tail().map(ForkPoint::end).orElse(plan.base().end());
        RestoreEstimate estimate = RestoreEstimate.of(archive, plan, end, measure);
        RestoreSteps steps = new RestoreSteps(archive, scratch);
        return new Runbook(
                "drill",
                List.of(
                        Step.named("room", "looks whether there is room").act(run -> room()),
                        steps.restore(estimate.restore(), () -> plan),
                        steps.check(estimate.check()),
                        Step.named("judge", "judges what was found").act(this::judge)),
                output,
                InstantSource.system());
    }

    private String room() {
        long needed = (long) (plan.base().bytes() * MORE_ROOM) + (64L << 20);
        try {
            Files.createDirectories(scratch);
            long room = Files.getFileStore(scratch).getUsableSpace();
            if (room < needed) {
                throw Refusal.failed(
                        "%s has room for %,d bytes, the drill needs %,d"
                                .formatted(scratch, room, needed),
                        "name another place with --scratch DIR");
            }
            return "%,d bytes are free, %,d are needed".formatted(room, needed);
        } catch (IOException e) {
            throw Refusal.failed(
                    "looking at " + scratch + ": " + e, "name another place with --scratch DIR");
        }
    }

    private String judge(StepRun run) {
        checked = Instant.now();
        facts.putAll(RestoreSteps.facts(run));
        if (facts.get("broken") instanceof List<?> broken) {
            broken.forEach(line -> problems.add(String.valueOf(line)));
        }
        chain.lostTail().ifPresent(problems::add);
        chain.lostCapsule().ifPresent(problems::add);
        facts.put("base", plan.base().id());
        facts.put("bytes", plan.base().bytes());
        facts.put("segments", plan.segments().size());
        return problems.isEmpty() ? "every check passed" : String.join("; ", problems);
    }

    void failed(String why) {
        checked = Instant.now();
        problems.add(why);
    }

    Map<String, Object> facts() {
        return facts;
    }

    Drill result() {
        return new Drill(
                begun.toString(),
                HostName.here(),
                problems.isEmpty() ? recoveryPoint.map(Instant::toString).orElse("") : "",
                recoveryPoint.map(at -> seconds(at, begun)).orElse(0.0),
                seconds(begun, checked),
                plan.base().bytes(),
                kit,
                problems);
    }

    /** One that could not even be planned. */
    static Drill none(Instant begun, boolean kit, String why) {
        double took = seconds(begun, Instant.now());
        return new Drill(begun.toString(), HostName.here(), "", 0, took, 0, kit, List.of(why));
    }

    private static double seconds(Instant from, Instant to) {
        return Math.max(0, Duration.between(from, to).toMillis()) / 1000.0;
    }
}
