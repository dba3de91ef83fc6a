package org.todoku.backup.restore;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/** Does many small things with {@value #THREADS} threads; the first fault ends it. */
final class Workers {
    static final int THREADS = 3;

    private Workers() {}

    static void run(String what, List<Callable<Boolean>> tasks) throws IOException {
        ExecutorService threads =
                Executors.newFixedThreadPool(THREADS, Thread.ofVirtual().factory());
        AtomicBoolean stopped = new AtomicBoolean();
        try {
            List<Future<Boolean>> futures = new ArrayList<>();
            for (Callable<Boolean> task : tasks) {
                futures.add(threads.submit(() -> !stopped.get() && task.call()));
            }
            for (Future<Boolean> future : futures) {
                await(what, future);
            }
        } finally {
            // What has begun is finished: it need not be done again.
            stopped.set(true);
            threads.close();
        }
    }

    static <T> T await(String what, Future<T> future) throws IOException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException fault -> throw fault;
                case IOException fault -> throw fault;
                case null, default -> throw new IOException(what, e);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(what + " was interrupted", e);
        }
    }
}
