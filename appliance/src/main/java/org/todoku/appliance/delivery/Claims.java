package org.todoku.appliance.delivery;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Claims on their way to the archive, each waited for on its own, so that the next is made
 * meanwhile. Thread-safe.
 */
final class Claims {
    private final Set<Thread> waiting = ConcurrentHashMap.newKeySet();

    /** What is done once the claim is safe, or is known not to be. */
    @FunctionalInterface
    interface Release {
        void run() throws InterruptedException;
    }

    /** Begins to wait for the claim that was just committed. */
    void await(Release release) {
        Thread thread =
                Thread.ofVirtual()
                        .name("claim")
                        .unstarted(
                                () -> {
                                    try {
                                        release.run();
                                    } catch (InterruptedException e) {
                                        Thread.currentThread().interrupt();
                                    } finally {
                                        waiting.remove(Thread.currentThread());
                                    }
                                });
        waiting.add(thread);
        thread.start();
    }

    /** False when some still wait at the deadline. */
    boolean join(Duration deadline) throws InterruptedException {
        long end = System.nanoTime() + deadline.toNanos();
        boolean ended = true;
        for (Thread thread : waiting) {
            ended &= thread.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
        }
        return ended;
    }
}
