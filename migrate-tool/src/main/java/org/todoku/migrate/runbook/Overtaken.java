package org.todoku.migrate.runbook;

/**
 * What this run is for cannot be reached any more, because somebody else got there first. It is not
 * to be gone on with: everything it did here is undone, also after the point of no return, and the
 * cause is what the command ends with.
 */
public final class Overtaken extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final RuntimeException why;

    public Overtaken(RuntimeException why) {
        super(why.getMessage(), why);
        this.why = why;
    }

    public RuntimeException why() {
        return why;
    }
}
