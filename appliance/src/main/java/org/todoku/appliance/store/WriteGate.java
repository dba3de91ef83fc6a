package org.todoku.appliance.store;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;

/**
 * The gate that every write passes. Closed, it refuses at once, and readers go on.
 *
 * <p>Thread-safe. Closing does not stop writes that have passed already.
 */
public final class WriteGate {
    private final AtomicReference<@Nullable Closure> closure = new AtomicReference<>();

    private record Closure(Fault fault, String why, String hint) {}

    /** Refuses writes from now on, as storage that is unavailable. */
    public void close(String why, String hint) {
        close(Fault.STORAGE_UNAVAILABLE, why, hint);
    }

    /** Refuses writes from now on with this fault, for instance {@link Fault#FENCED}. */
    public void close(Fault fault, String why, String hint) {
        Closure closed = new Closure(fault, why, hint);
        closure.updateAndGet(now -> now != null && now.fault == Fault.FENCED ? now : closed);
    }

    /** Takes writes again. A gate that was closed as {@link Fault#FENCED} stays closed for good. */
    public void open() {
        closure.updateAndGet(now -> now != null && now.fault == Fault.FENCED ? now : null);
    }

    /** Another host has taken over: nothing may be written or sent from here any more. */
    public boolean isFenced() {
        Closure closed = closure.get();
        return closed != null && closed.fault == Fault.FENCED;
    }

    public boolean isOpen() {
        return closure.get() == null;
    }

    /** Passes, or throws a {@link FaultException}; then nothing has happened. */
    public void pass() {
        Closure closed = closure.get();
        if (closed != null) {
            throw new FaultException(closed.fault, "write", closed.why, closed.hint);
        }
    }
}
