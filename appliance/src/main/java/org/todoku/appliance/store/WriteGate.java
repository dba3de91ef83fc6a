package org.todoku.appliance.store;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;

/**
 * The gate that every write passes. Closed, it refuses at once, and readers go on. Held, for the
 * moment of a move, it lets writes wait, and refuses those that have waited too long.
 *
 * <p>Thread-safe. Closing does not stop writes that have passed already.
 */
public final class WriteGate {
    /** Shorter than a request's deadline: it still gets an honest answer. */
    private static final Duration HELD = Duration.ofSeconds(4);

    private static final long LOOK_NANOS = 50_000_000;

    private final AtomicReference<@Nullable Closure> closure = new AtomicReference<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private volatile BooleanSupplier slept = () -> false;
    private boolean held;
    private long inside;

    private record Closure(Fault fault, String why, String hint) {}

    /** Refuses writes from now on, as storage that is unavailable. */
    public void close(String why, String hint) {
        close(Fault.STORAGE_UNAVAILABLE, why, hint);
    }

    /** Refuses writes from now on with this fault, for instance {@link Fault#FENCED}. */
    public void close(Fault fault, String why, String hint) {
        Closure closed = new Closure(fault, why, hint);
        closure.updateAndGet(now -> now != null && now.fault == Fault.FENCED ? now : closed);
        lock.lock();
        try {
            // Whoever waits hears it at once.
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Takes writes again. A gate that was closed as {@link Fault#FENCED} stays closed for good. */
    public void open() {
        closure.updateAndGet(now -> now != null && now.fault == Fault.FENCED ? now : null);
    }

    /**
     * Lets this be asked before and after each write.
     *
     * @param unsure true while this process cannot know whether it still is the one to write,
     *     because it did not run for a while; asked often, so it must be quick
     */
    public void watch(BooleanSupplier unsure) {
        this.slept = unsure;
    }

    /** Whether this process did not run for a while, and what that means is not known yet. */
    public boolean slept() {
        return slept.getAsBoolean();
    }

    /** Another host has taken over: nothing may be written or sent from here any more. */
    public boolean isFenced() {
        Closure closed = closure.get();
        return closed != null && closed.fault == Fault.FENCED;
    }

    public boolean isOpen() {
        return closure.get() == null;
    }

    /**
     * Passes, or throws a {@link FaultException}; then nothing has happened. Waits while the gate
     * is held. Who has passed must {@link #leave}.
     */
    public void enter() {
        lock.lock();
        try {
            long left = HELD.toNanos();
            while ((held || slept()) && closure.get() == null && left > 0) {
                left -= LOOK_NANOS - Math.max(0, changed.awaitNanos(Math.min(left, LOOK_NANOS)));
            }
            mustBeOpen();
            if (slept()) {
                throw new FaultException(
                        Fault.STORAGE_UNAVAILABLE,
                        "write",
                        "this server did not run for a while, and does not know yet whether"
                                + " another host has taken over",
                        "try again in a moment");
            }
            if (held) {
                throw new FaultException(
                        Fault.STORAGE_UNAVAILABLE,
                        "write",
                        "the service is being moved to another host",
                        "try again in a moment");
            }
            inside++;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FaultException(
                    Fault.STORAGE_UNAVAILABLE,
                    "write",
                    "the server is stopping",
                    "try again later");
        } finally {
            lock.unlock();
        }
    }

    /** The write is over, however it went. */
    public void leave() {
        lock.lock();
        try {
            inside--;
            if (held && inside == 0) {
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Lets writes wait from now on, and returns when those that had passed are over.
     *
     * @return false when they were not in this time; the gate is held all the same
     */
    public boolean hold(Duration patience) {
        lock.lock();
        try {
            held = true;
            long left = patience.toNanos();
            while (inside > 0 && left > 0) {
                left = changed.awaitNanos(left);
            }
            return inside == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Ends {@link #hold}. */
    public void release() {
        lock.lock();
        try {
            held = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void mustBeOpen() {
        Closure closed = closure.get();
        if (closed != null) {
            throw new FaultException(closed.fault, "write", closed.why, closed.hint);
        }
    }
}
