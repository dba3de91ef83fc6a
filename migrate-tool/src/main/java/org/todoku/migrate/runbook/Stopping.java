package org.todoku.migrate.runbook;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C and SIGTERM while a runbook runs: they ask it to stop at the next place where it can, and
 * the process ends when it has undone what it had begun, or after {@value #PATIENCE_SECONDS} s.
 */
final class Stopping implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;

    private final CountDownLatch over = new CountDownLatch(1);
    private final Thread hook = new Thread(this::await, "runbook-stop");
    private volatile boolean asked;

    private Stopping() {}

    static Stopping begin() {
        Stopping stopping = new Stopping();
        Runtime.getRuntime().addShutdownHook(stopping.hook);
        return stopping;
    }

    void check(String step) {
        if (asked) {
            throw RunbookException.stopped(step);
        }
    }

    /** What is undone is not stopped once more. */
    Stopping deaf() {
        return new Stopping();
    }

    private void await() {
        asked = true;
        try {
            if (!over.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                System.getLogger(Stopping.class.getName())
                        .log(
                                System.Logger.Level.WARNING,
                                "a step does not end: what was begun is in the journal, the same"
                                        + " command goes on");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        over.countDown();
        if (!asked) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // The process ends just now, and nothing waits any more.
                asked = true;
            }
        }
    }
}
