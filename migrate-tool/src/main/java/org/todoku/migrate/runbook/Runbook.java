package org.todoku.migrate.runbook;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Steps in order. {@link #plan} shows them, {@link #run} does what its journal does not have yet,
 * {@link #abort} takes back a run that is under way. Not thread-safe.
 */
public final class Runbook {
    private final String name;
    private final List<Step> steps;
    private final Progress progress;
    private final InstantSource clock;

    /**
     * Makes one.
     *
     * @param name the command's, stable
     */
    public Runbook(String name, List<Step> steps, Progress progress, InstantSource clock) {
        this.name = name;
        this.steps = List.copyOf(steps);
        this.progress = progress;
        this.clock = clock;
        Set<String> names = new HashSet<>();
        for (Step step : steps) {
            if (!names.add(step.name())) {
                throw new IllegalArgumentException("two steps named " + step.name());
            }
        }
    }

    /** What a run with this journal would do; writes nothing. */
    public Plan plan(Path journal) {
        Optional<Standing> standing = Journal.peek(journal).filter(Standing::isOpen);
        return new Plan(
                name,
                steps.stream()
                        .map(
                                step ->
                                        new Plan.Planned(
                                                step.name(),
                                                step.title(),
                                                step.estimate(),
                                                step.canUndo(),
                                                step.isPointOfNoReturn(),
                                                standing.flatMap(s -> s.done(step.name()))
                                                        .isPresent()))
                        .toList());
    }

    /**
     * Does what is not done yet. Where it fails, or is stopped, before the point of no return, or
     * is {@link Overtaken}, it undoes what was begun; else it leaves it to the next run.
     *
     * @param reports folder for the report, which is written however it ends
     * @throws RuntimeException what a step failed with
     */
    public Report run(Journal journal, Path reports) {
        if (!journal.standing().isOpen()) {
            journal.opened(name);
        }
        Run run = new Run(journal, reports);
        try (Stopping stopping = Stopping.begin()) {
            String at = "";
            try {
                for (Step step : steps) {
                    at = step.name();
                    run.step(step, stopping);
                }
            } catch (Overtaken e) {
                run.failed(at, e.why());
                run.undo(stopping, e.why());
                throw e.why();
            } catch (RuntimeException e) {
                run.failed(at, e);
                if (journal.standing().isPastReturn()) {
                    progress.note(at, "left as it is: the same command goes on at step " + at);
                    run.report(Report.STOPPED, e);
                } else {
                    run.undo(stopping, e);
                }
                throw e;
            }
            journal.closed(Report.DONE);
            return run.report(Report.DONE, null);
        }
    }

    /**
     * Undoes a run that is under way.
     *
     * @throws RunbookException (exit status 3) when it is past the point of no return
     */
    public Report abort(Journal journal, Path reports) {
        if (!journal.standing().isOpen()) {
            throw RunbookException.unsafe(
                    "aborting " + name,
                    "no run is under way in " + journal.file(),
                    "is this the right directory?");
        }
        if (journal.standing().isPastReturn()) {
            throw RunbookException.unsafe(
                    "aborting " + name,
                    "it is past the step from which nothing leads back",
                    "run it again: it goes on");
        }
        try (Stopping stopping = Stopping.begin()) {
            return new Run(journal, reports).undo(stopping, null);
        }
    }

    /** One process's part of a run. */
    private final class Run {
        private final Journal journal;
        private final Path reports;
        private final Lines lines = new Lines(steps);
        private final long begun = System.nanoTime();

        Run(Journal journal, Path reports) {
            this.journal = journal;
            this.reports = reports;
        }

        void step(Step step, Stopping stopping) {
            Optional<String> before = journal.standing().done(step.name());
            if (before.isPresent()) {
                lines.put(step.name(), "doneBefore", Duration.ZERO, before.get());
                progress.done(step.name(), before.get() + " (by an earlier run)");
                return;
            }
            stopping.check(step.name());
            long since = System.nanoTime();
            StepRun running = new StepRun(step.name(), journal, progress, stopping);
            progress.begin(step.name(), step.title());
            Check found = step.check(running);
            journal.began(step.name());
            if (step.isPointOfNoReturn()) {
                journal.noReturn(step.name());
            }
            String message =
                    switch (found) {
                        case Check.Done(String what) -> what;
                        case Check.Open open -> step.act(running);
                    };
            // Told before it is written: between the two a crash finds a step that is done and
            // does not know it, and that must be harmless anyway.
            progress.done(step.name(), message);
            journal.done(step.name(), message);
            lines.put(step.name(), "done", Duration.ofNanos(System.nanoTime() - since), message);
        }

        void failed(String step, RuntimeException why) {
            String message = String.valueOf(why.getMessage());
            progress.failed(step, message);
            lines.put(step, "failed", Duration.ZERO, message);
            journal.failed(step, message);
        }

        /** In reverse. What cannot be undone is said, and does not keep the rest from it. */
        Report undo(Stopping stopping, @org.jspecify.annotations.Nullable RuntimeException why) {
            List<String> begunSteps = journal.standing().begun();
            boolean whole = true;
            for (Step step : steps.reversed()) {
                if (!begunSteps.contains(step.name())) {
                    continue;
                }
                StepRun running = new StepRun(step.name(), journal, progress, stopping.deaf());
                try {
                    String message = step.undo(running);
                    journal.undone(step.name(), message);
                    if (step.canUndo()) {
                        progress.undone(step.name(), message);
                        lines.put(step.name(), "undone", Duration.ZERO, message);
                    }
                } catch (RuntimeException e) {
                    whole = false;
                    String message = "not undone: " + e.getMessage();
                    progress.failed(step.name(), message);
                    lines.put(step.name(), "failed", Duration.ZERO, message);
                    if (why != null) {
                        why.addSuppressed(e);
                    }
                }
            }
            if (whole) {
                journal.closed(Report.UNDONE);
            }
            return report(whole ? Report.UNDONE : Report.STOPPED, why);
        }

        Report report(String outcome, @org.jspecify.annotations.Nullable RuntimeException why) {
            Report report =
                    new Report(
                            name,
                            outcome,
                            journal.standing().since(),
                            clock.instant().toString(),
                            (System.nanoTime() - begun) / 1e9,
                            why == null ? "" : String.valueOf(why.getMessage()),
                            lines.all(),
                            journal.standing().facts());
            try {
                progress.note("report", "report: " + report.write(reports));
            } catch (IOException e) {
                progress.note("report", "the report could not be written: " + e);
            }
            return report;
        }
    }
}
