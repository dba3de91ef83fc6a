package org.todoku.appliance.store;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;

/**
 * One run of work with a deadline, on a thread of its own that is never interrupted: Derby closes a
 * database whose file access meets an interrupt.
 */
final class Transaction<T> {
    private enum Stage {
        WORKING,
        COMMITTING,
        ABANDONED
    }

    private final Database database;
    private final Database.Work<T> work;
    private final boolean writes;
    private final AtomicReference<Stage> stage = new AtomicReference<>(Stage.WORKING);

    Transaction(Database database, Database.Work<T> work, boolean writes) {
        this.database = database;
        this.work = work;
        this.writes = writes;
    }

    Database.Work<T> work() {
        return work;
    }

    /** From here on it cannot be said any more that nothing happened. */
    void beginCommit() {
        if (!stage.compareAndSet(Stage.WORKING, Stage.COMMITTING)) {
            throw tooLate();
        }
    }

    T runWithin(Duration deadline) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        Thread.ofVirtual().name("tx").start(() -> complete(answer));
        try {
            return answer.get(deadline.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof RuntimeException known) {
                throw known;
            }
            throw new IllegalStateException("transaction failed", cause);
        } catch (TimeoutException e) {
            throw abandoned();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw abandoned();
        }
    }

    private void complete(CompletableFuture<T> answer) {
        try {
            T result = database.attempt(this);
            // It may have been committed after another host took over: then nobody will find it.
            if (writes && database.gate().slept()) {
                answer.completeExceptionally(unknown());
            } else {
                answer.complete(result);
            }
        } catch (Throwable e) {
            answer.completeExceptionally(e);
        } finally {
            if (writes) {
                database.gate().leave();
            }
        }
    }

    private FaultException abandoned() {
        boolean nothingHappened = stage.compareAndSet(Stage.WORKING, Stage.ABANDONED);
        return nothingHappened || !writes ? tooLate() : unknown();
    }

    private static FaultException tooLate() {
        return new FaultException(
                Fault.STORAGE_UNAVAILABLE,
                "finish the work in the database",
                "it did not answer within the deadline, and nothing was changed",
                "storage is slow; try again in a moment");
    }

    private static FaultException unknown() {
        return new FaultException(
                Fault.OUTCOME_UNKNOWN,
                "confirm the write",
                "its commit was still waiting for storage when the deadline passed",
                "it may yet happen; retry with the same Idempotency-Key to learn");
    }
}
