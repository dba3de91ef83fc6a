package org.todoku.backup.volume;

import java.io.IOException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One force of the log on its way to the local disk: the thread that wants it waits here, the drain
 * answers once.
 */
final class Force {
    private static final int RUNNING = 0;
    private static final int DONE = 1;
    private static final int FAILED = 2;

    private final long started = System.nanoTime();
    private final @Nullable Thread waiter = Thread.currentThread();
    private volatile int state = RUNNING;
    private @Nullable IOException failure;

    long startedNanos() {
        return started;
    }

    boolean isDone() {
        return state == DONE;
    }

    /** Why it will never be done; null while it may be. */
    @Nullable IOException failure() {
        return state == FAILED ? failure : null;
    }

    void done() {
        state = DONE;
        LockSupport.unpark(waiter);
    }

    void fail(IOException why) {
        failure = why;
        state = FAILED;
        LockSupport.unpark(waiter);
    }

    /** Whether it was answered, either way. */
    boolean isAnswered() {
        return state != RUNNING;
    }

    /**
     * Waits asleep.
     *
     * @return true when it was answered, either way
     */
    boolean await(long nanos) {
        long start = System.nanoTime();
        boolean interrupted = false;
        while (state == RUNNING) {
            long left = nanos - (System.nanoTime() - start);
            if (left <= 0) {
                break;
            }
            LockSupport.parkNanos(this, left);
            // Derby answers an interrupt after the force, never instead of it.
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return state != RUNNING;
    }
}
