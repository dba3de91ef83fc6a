package org.todoku.backup.volume;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The one ordered queue between Derby and the disk, and the bound on its memory. Many threads add,
 * one takes all there is.
 *
 * <p>What is added is left to gather for 10 ms unless somebody waits for the disk or much has
 * gathered: so the writes of one force travel together.
 */
final class WriteQueue {
    private static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long GATHER_BYTES = 1024 * 1024;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private final long max;
    private Deque<Operation> operations = new ArrayDeque<>();
    private final AtomicLong bytes = new AtomicLong();
    private volatile boolean some;
    private volatile boolean urgent;
    private volatile boolean closed;
    private volatile @Nullable Thread parked;

    WriteQueue(long max) {
        this.max = max;
    }

    /** Bytes in memory that the disk does not have yet. */
    long bytes() {
        return bytes.get();
    }

    long max() {
        return max;
    }

    /** What is changed together with an addition is changed under this lock. */
    void lock() {
        lock.lock();
    }

    void unlock() {
        lock.unlock();
    }

    /** Adds in order. A writer that finds the memory full waits for room first. */
    void add(Operation operation) {
        boolean first;
        lock.lock();
        try {
            first = !some;
            some = true;
            operations.addLast(operation);
            bytes.addAndGet(operation.weight());
        } finally {
            lock.unlock();
        }
        if (bytes.get() > GATHER_BYTES) {
            hurry();
        } else if (first) {
            wake();
        }
    }

    /** Waits while the memory is full; call it without the lock. */
    void awaitRoom() {
        if (bytes.get() < max) {
            return;
        }
        boolean interrupted = false;
        lock.lock();
        try {
            while (bytes.get() >= max && !closed) {
                try {
                    room.await();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            lock.unlock();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Somebody waits: the drain takes what there is now. */
    void hurry() {
        urgent = true;
        wake();
    }

    private void wake() {
        Thread sleeping = parked;
        if (sleeping != null) {
            LockSupport.unpark(sleeping);
        }
    }

    /** For the drain: what there is, oldest first; empty only when closed and nothing is left. */
    Deque<Operation> take(long spinNanos) {
        while (true) {
            spin(spinNanos, () -> some || urgent || closed);
            while (!some && !closed) {
                park(Long.MAX_VALUE, () -> some || closed);
            }
            spin(spinNanos, () -> urgent || closed);
            if (!urgent && !closed) {
                park(GATHER_NANOS, () -> urgent || closed);
            }
            urgent = false;
            lock.lock();
            try {
                if (!operations.isEmpty() || closed) {
                    Deque<Operation> taken = operations;
                    operations = new ArrayDeque<>();
                    some = false;
                    return taken;
                }
                some = false;
            } finally {
                lock.unlock();
            }
        }
    }

    private static void spin(long nanos, BooleanSupplier until) {
        long start = System.nanoTime();
        while (!until.getAsBoolean() && System.nanoTime() - start < nanos) {
            Thread.onSpinWait();
        }
    }

    /** Sleeps at most so long, and once at most: whoever changes the condition wakes it. */
    private void park(long nanos, BooleanSupplier unless) {
        parked = Thread.currentThread();
        if (!unless.getAsBoolean()) {
            LockSupport.parkNanos(this, nanos);
        }
        parked = null;
    }

    /** The disk has so much more of it. */
    void drained(long weight) {
        lock.lock();
        try {
            bytes.addAndGet(-weight);
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Nobody adds any more; writers that wait for room go on, for nothing holds them any more. */
    void close() {
        lock.lock();
        try {
            closed = true;
            room.signalAll();
        } finally {
            lock.unlock();
        }
        hurry();
    }
}
