package org.todoku.migrate.runbook;

import java.util.Optional;

/**
 * One step of a runbook. Immutable: each method gives a step that knows more.
 *
 * <p>A step may be begun again after a crash at any place in it, so an act looks at what there is
 * (its {@code check} may find that all of it is done), and an undo takes back what there is of it,
 * perhaps nothing.
 */
public final class Step {
    private final String name;
    private final String title;
    private final Parts parts;

    private record Parts(
            Estimate estimate,
            Checking check,
            Acting act,
            Optional<Acting> undo,
            boolean pointOfNoReturn) {}

    /** Looks whether there is something to do; changes nothing. */
    @FunctionalInterface
    public interface Checking {
        Check check(StepRun run);
    }

    /** Does it, and says in one line for people what was done. */
    @FunctionalInterface
    public interface Acting {
        String act(StepRun run);
    }

    private Step(String name, String title, Parts parts) {
        this.name = name;
        this.title = title;
        this.parts = parts;
    }

    /**
     * Begins one that has nothing to do yet.
     *
     * @param name one word, the key in the journal and in {@code --json}: stable
     * @param title what it does, one line for people
     */
    public static Step named(String name, String title) {
        return new Step(
                name,
                title,
                new Parts(
                        Estimate.MOMENT, run -> Check.OPEN, run -> title, Optional.empty(), false));
    }

    public Step estimate(Estimate estimate) {
        return with(new Parts(estimate, parts.check, parts.act, parts.undo, parts.pointOfNoReturn));
    }

    public Step check(Checking check) {
        return with(new Parts(parts.estimate, check, parts.act, parts.undo, parts.pointOfNoReturn));
    }

    public Step act(Acting act) {
        return with(new Parts(parts.estimate, parts.check, act, parts.undo, parts.pointOfNoReturn));
    }

    public Step undo(Acting undo) {
        return with(
                new Parts(
                        parts.estimate,
                        parts.check,
                        parts.act,
                        Optional.of(undo),
                        parts.pointOfNoReturn));
    }

    /** From the moment this step acts, stopping does not lead back any more. */
    public Step pointOfNoReturn() {
        return with(new Parts(parts.estimate, parts.check, parts.act, parts.undo, true));
    }

    public String name() {
        return name;
    }

    public String title() {
        return title;
    }

    Estimate estimate() {
        return parts.estimate;
    }

    boolean isPointOfNoReturn() {
        return parts.pointOfNoReturn;
    }

    boolean canUndo() {
        return parts.undo.isPresent();
    }

    Check check(StepRun run) {
        return parts.check.check(run);
    }

    String act(StepRun run) {
        return parts.act.act(run);
    }

    String undo(StepRun run) {
        return parts.undo.map(undo -> undo.act(run)).orElse("");
    }

    private Step with(Parts changed) {
        return new Step(name, title, changed);
    }
}
