package org.todoku.migrate;

import java.nio.file.Path;
import org.todoku.migrate.runbook.Journal;

/** A command that does not go on: why, what would help, and the exit status of CONTRACT.md. */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitStatus;

    private Refusal(int exitStatus, String message) {
        super(message);
        this.exitStatus = exitStatus;
    }

    private Refusal(int exitStatus, String why, String hint) {
        this(exitStatus, why + ". Hint: " + hint);
    }

    /** What a server answered, hint and all. */
    static Refusal of(int exitStatus, String message) {
        return new Refusal(exitStatus, message);
    }

    /** Something was given wrongly (exit status 2). */
    static Refusal usage(String why, String hint) {
        return new Refusal(2, why, hint);
    }

    /** It would not be safe (exit status 3). */
    static Refusal unsafe(String why, String hint) {
        return new Refusal(3, why, hint);
    }

    /** It failed (exit status 1). */
    static Refusal failed(String why, String hint) {
        return new Refusal(1, why, hint);
    }

    /** The same command once more, after it had done all: nothing is begun anew. */
    static void whereItIsDone(Path journal, Path data) {
        if (Journal.isDone(journal)) {
            throw unsafe(
                    "the service was brought into " + data + " already: that run is done",
                    "start it with: todoku serve --data " + data);
        }
    }

    int exitStatus() {
        return exitStatus;
    }
}
