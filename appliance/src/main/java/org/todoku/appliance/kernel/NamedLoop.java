package org.todoku.appliance.kernel;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one way to have long-lived work: a named thread that takes a step, rests, and takes the next.
 *
 * <p>A step that fails is logged and tried again after a growing rest, at most 30 s: a loop never
 * dies of an operating fault. It is not interrupted when it is stopped, because an interrupt inside
 * Derby's file access closes the database; steps must therefore come back by themselves.
 */
public final class NamedLoop {
    private static final Logger LOG = LoggerFactory.getLogger(NamedLoop.class);
    private static final Duration FIRST_REST_AFTER_FAILURE = Duration.ofMillis(500);
    private static final Duration LONGEST_REST_AFTER_FAILURE = Duration.ofSeconds(30);

    private final String name;
    private final Step step;
    private final Semaphore wake = new Semaphore(0);
    private final AtomicReference<@Nullable Thread> thread = new AtomicReference<>();
    private volatile boolean stopping;

    /**
     * One piece of work; answers how long to rest before the next, zero when there is more to do.
     */
    @FunctionalInterface
    public interface Step {
        Duration take() throws InterruptedException;
    }

    public NamedLoop(String name, Step step) {
        this.name = name;
        this.step = step;
    }

    /** Starts the thread. A loop is started once. */
    public void start() {
        Thread fresh = Thread.ofVirtual().name(name).unstarted(this::run);
        if (!thread.compareAndSet(null, fresh)) {
            throw new IllegalStateException(name + " was started before");
        }
        fresh.start();
    }

    /** Ends the rest at once because there is work. */
    public void wake() {
        if (wake.availablePermits() == 0) {
            wake.release();
        }
    }

    /** True from the call of {@link #stop} on; long steps look at it. */
    public boolean stopping() {
        return stopping;
    }

    /**
     * Asks the loop to end after its present step and waits for that; false when the deadline
     * passed first.
     */
    public boolean stop(Duration deadline) throws InterruptedException {
        stopping = true;
        wake.release();
        Thread running = thread.get();
        return running == null || running.join(deadline);
    }

    /** One step in the caller's thread, for tests. */
    public Duration step() throws InterruptedException {
        return step.take();
    }

    private void run() {
        Duration restAfterFailure = FIRST_REST_AFTER_FAILURE;
        try {
            while (!stopping) {
                Duration rest;
                try {
                    rest = step.take();
                    restAfterFailure = FIRST_REST_AFTER_FAILURE;
                } catch (FaultException e) {
                    LOG.warn("{}: {}", name, e.getMessage());
                    rest = restAfterFailure;
                    restAfterFailure = longer(restAfterFailure);
                } catch (RuntimeException e) {
                    LOG.error("{}: a step failed by a bug; it will be tried again", name, e);
                    rest = restAfterFailure;
                    restAfterFailure = longer(restAfterFailure);
                }
                pause(rest);
            }
        } catch (InterruptedException e) {
            LOG.warn("{}: interrupted, ends", name);
            Thread.currentThread().interrupt();
        }
    }

    private void pause(Duration rest) throws InterruptedException {
        if (!rest.isZero() && !stopping && wake.tryAcquire(rest.toNanos(), TimeUnit.NANOSECONDS)) {
            wake.drainPermits();
        }
    }

    private static Duration longer(Duration rest) {
        Duration doubled = rest.multipliedBy(2);
        return doubled.compareTo(LONGEST_REST_AFTER_FAILURE) > 0
                ? LONGEST_REST_AFTER_FAILURE
                : doubled;
    }
}
