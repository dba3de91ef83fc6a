package org.todoku.appliance.continuity;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What every request passes. For the moment of a move those that may change something wait here, so
 * that none of them fails; afterwards all are sent on to the new host. Those that only look are
 * answered here until then. Thread-safe.
 */
public final class RequestDoor {
    /** A move takes a second; whoever has waited this long is told to come again. */
    private static final Duration LONGEST = Duration.ofSeconds(12);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private @Nullable URI elsewhere;
    private boolean held;
    private long inside;

    /**
     * Passes; waits while the door is held.
     *
     * @param looks whether the request changes nothing
     * @return where the service is now; when empty, the caller must {@link #leave}
     */
    public Optional<URI> enter(boolean looks) {
        lock.lock();
        try {
            long left = LONGEST.toNanos();
            while (!looks && held && elsewhere == null && left > 0) {
                left = changed.awaitNanos(left);
            }
            if (elsewhere == null && !looks) {
                inside++;
            }
            return Optional.ofNullable(elsewhere);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            inside++;
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /** The request is answered. */
    public void leave(boolean looks) {
        if (looks) {
            return;
        }
        lock.lock();
        try {
            inside--;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Lets nothing in that changes something, and returns when what was inside is answered. */
    boolean hold(Duration patience) {
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

    /** Ends {@link #hold}: the service stays here. */
    void release() {
        lock.lock();
        try {
            held = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** From now on everything is sent on. */
    void sendTo(URI place) {
        lock.lock();
        try {
            elsewhere = place;
            held = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
