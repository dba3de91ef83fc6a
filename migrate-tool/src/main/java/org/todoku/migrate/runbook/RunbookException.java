package org.todoku.migrate.runbook;

import org.jspecify.annotations.Nullable;

/** A run that cannot be begun, or was stopped: what, why, a hint, and the exit status. */
public final class RunbookException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int FAILED = 1;
    private static final int UNSAFE = 3;

    private final int exitStatus;

    private RunbookException(
            int exitStatus, String what, String why, String hint, @Nullable Throwable cause) {
        super(what + ": " + why + ". Hint: " + hint, cause);
        this.exitStatus = exitStatus;
    }

    static RunbookException failed(String what, Throwable why, String hint) {
        return new RunbookException(FAILED, what, why.toString(), hint, why);
    }

    static RunbookException unsafe(String what, String why, String hint) {
        return new RunbookException(UNSAFE, what, why, hint, null);
    }

    /** Somebody pressed Ctrl-C, or the process was asked to end. */
    static RunbookException stopped(String step) {
        return new RunbookException(
                FAILED,
                "step " + step,
                "stopped as asked",
                "the lines above say what was undone and what is left",
                null);
    }

    /** 1 failed, 3 refused for safety. */
    public int exitStatus() {
        return exitStatus;
    }
}
