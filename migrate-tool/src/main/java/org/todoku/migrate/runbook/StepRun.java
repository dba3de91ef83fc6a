package org.todoku.migrate.runbook;

import java.util.Optional;
import java.util.Set;

/** A step while it is run: what it may remember, and whom it tells. */
public final class StepRun {
    private final String step;
    private final Journal journal;
    private final Progress progress;
    private final Stopping stopping;

    StepRun(String step, Journal journal, Progress progress, Stopping stopping) {
        this.step = step;
        this.journal = journal;
        this.progress = progress;
        this.stopping = stopping;
    }

    /** What any step of this run remembered under this name. */
    public Optional<String> fact(String name) {
        return journal.standing().fact(name);
    }

    /** The names of all that was remembered. */
    public Set<String> names() {
        return journal.standing().facts().keySet();
    }

    /**
     * Remembers something for later steps and for a run that goes on after a crash; durable when
     * this returns. It stands in the report: no secrets.
     */
    public void remember(String name, String value) {
        journal.fact(step, name, value);
    }

    /** As {@link #fact}, or remembers this value now. */
    public String rememberOnce(String name, String value) {
        Optional<String> known = fact(name);
        if (known.isEmpty()) {
            remember(name, value);
        }
        return known.orElse(value);
    }

    /** Tells how far the step is. A place where it can be stopped. */
    public void progress(long done, long of) {
        stopIfAsked();
        progress.progress(step, done, of);
    }

    /** Something a person should know. */
    public void note(String message) {
        progress.note(step, message);
    }

    /** A place where the step can be stopped: throws when somebody asked for it. */
    public void stopIfAsked() {
        stopping.check(step);
    }
}
