package org.todoku.migrate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.todoku.appliance.RestoredCheck;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.restore.RestorePlan;
import org.todoku.migrate.runbook.Check;
import org.todoku.migrate.runbook.Estimate;
import org.todoku.migrate.runbook.Step;
import org.todoku.migrate.runbook.StepRun;

/**
 * The two steps that takeover and drill share: a database out of the archive, and whether it is
 * right. So a drill proves what a takeover does.
 */
final class RestoreSteps {
    static final String FACTS = "facts";
    static final String SHIPPED = "shipped";
    static final String REACHED = "reached";

    private static final JsonMapper JSON = new JsonMapper();
    private static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() {};

    private final Archive archive;
    private final Path data;

    RestoreSteps(Archive archive, Path data) {
        this.archive = archive;
        this.data = data;
    }

    /**
     * Restores into an empty directory, or goes on with what is left of it after a crash.
     *
     * @param plan asked for when it begins
     */
    Step restore(Estimate estimate, Supplier<RestorePlan> plan) {
        return Step.named("restore", "restores base and log, and proves that the log has no gap")
                .estimate(estimate)
                .check(run -> isThere() ? Check.done("it was restored already") : Check.OPEN)
                .act(run -> restore(run, plan.get()))
                .undo(
                        run -> {
                            Restoring.undo(data);
                            return "deleted what was restored";
                        });
    }

    /** Boots it once; what it finds stands in the facts. */
    Step check(Estimate estimate) {
        return Step.named("check", RestoredCheck.TITLE).estimate(estimate).act(this::check);
    }

    /** It comes to its name whole: it is all there, also if nobody could write so. */
    private boolean isThere() {
        return Files.isDirectory(data.resolve("db"));
    }

    private String restore(StepRun run, RestorePlan plan) {
        run.note(Restoring.describe(plan));
        var reached = new Restoring(archive, data, new Told(run)).run(plan);
        run.remember(REACHED, reached.to().end().toString());
        run.remember(SHIPPED, reached.shipped());
        return Restoring.describe(reached);
    }

    private String check(StepRun run) {
        RestoredCheck.Found found =
                RestoredCheck.run(data, Optional.of(Set.copyOf(archive.blobs().names())));
        found.notes().forEach(run::note);
        try {
            run.remember(FACTS, JSON.writeValueAsString(found.facts()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
        return found.text();
    }

    static Map<String, Object> facts(StepRun run) {
        return facts(Map.of(FACTS, run.fact(FACTS).orElse("{}")));
    }

    /** What the check of a run found, also when another process did it. */
    static Map<String, Object> facts(Map<String, String> remembered) {
        try {
            return JSON.readValue(remembered.getOrDefault(FACTS, "{}"), MAP);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private record Told(StepRun run) implements Restoring.Told {
        @Override
        public void progress(long done, long of) {
            run.progress(done, of);
        }

        @Override
        public void note(String message) {
            run.note(message);
        }
    }
}
