package org.todoku.appliance.web;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Runs calls within written limits: so many that look and so many that change something at a time,
 * each with a deadline. A call that passes its deadline goes on in the background, since a commit
 * that waits for a disk can be neither taken back nor interrupted (an interrupt would close Derby's
 * files); it keeps its place in the budget until it really ends, so that a stuck disk fills 64
 * places and not the memory. Calls that look have their own places: menus open while writes hang.
 */
final class RequestBudget {
    private static final int LOOKING = 256;
    private static final int CHANGING = 64;
    private static final int RETRY_AFTER_SECONDS = 2;

    private final Semaphore looking = new Semaphore(LOOKING);
    private final Semaphore changing = new Semaphore(CHANGING);

    Reply run(Call call, Duration deadline, Supplier<Reply> work) {
        Semaphore places = call.safe() ? looking : changing;
        if (!places.tryAcquire()) {
            throw Problem.later(
                    503,
                    "busy",
                    "Too many requests at once; nothing was done.",
                    RETRY_AFTER_SECONDS);
        }
        CompletableFuture<Reply> answer = new CompletableFuture<>();
        Thread.ofVirtual()
                .name("call " + call.method() + " " + call.path())
                .start(() -> complete(answer, places, work));
        return await(call, deadline, answer);
    }

    private static void complete(
            CompletableFuture<Reply> answer, Semaphore places, Supplier<Reply> work) {
        try {
            answer.complete(work.get());
        } catch (RuntimeException | Error e) {
            answer.completeExceptionally(e);
        } finally {
            places.release();
        }
    }

    private static Reply await(Call call, Duration deadline, CompletableFuture<Reply> answer) {
        try {
            return answer.get(deadline.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            if (call.safe()) {
                throw Problem.later(
                        503, "timeout", "The answer takes too long.", RETRY_AFTER_SECONDS);
            }
            throw Problem.later(
                    503,
                    "outcome-unknown",
                    "The write still waits for the storage. It may yet happen; repeating it with the"
                            + " same Idempotency-Key tells.",
                    RETRY_AFTER_SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.later(503, "stopping", "The server is stopping.", RETRY_AFTER_SECONDS);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw new IllegalStateException(e);
            }
        }
    }
}
