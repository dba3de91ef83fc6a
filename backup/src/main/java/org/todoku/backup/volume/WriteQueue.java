package org.todoku.backup.volume;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
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
    private static final long DOZE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long GATHER_BYTES = 1024 * 1024;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private final long max;
    private final HandOver handOver;
    private Deque<Operation> operations = new ArrayDeque<>();
    private final AtomicLong bytes = new AtomicLong();
    private volatile boolean some;
    private volatile boolean urgent;
    private volatile boolean closed;
    private volatile boolean asleep;
    private volatile @Nullable Thread parked;

    // Of the drain alone.
    private boolean hurried;

    WriteQueue(long max, HandOver handOver) {
        this.max = max;
        this.handOver = handOver;
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
        lock.lock();
        try {
            some = true;
            operations.addLast(operation);
            bytes.addAndGet(operation.weight());
        } finally {
            lock.unlock();
        }
        if (bytes.get() > GATHER_BYTES) {
            hurry();
        } else if (asleep) {
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

    /**
     * For the drain: what there is, oldest first; empty when nothing came for so long, or when it
     * is closed and nothing is left.
     */
    Deque<Operation> take(long idleNanos) {
        long idleSince = System.nanoTime();
        if (hurried) {
            // Who had to wait last time comes again soon, as a rule.
            handOver.awaitNext(() -> urgent || closed);
        }
        while (true) {
            if (!urgent && !closed) {
                // Dozing it sees by itself what comes, so that only a hurry has to wake it.
                boolean idle = !some && System.nanoTime() - idleSince > DOZE_NANOS;
                park(idle, idleNanos);
            }
            hurried = urgent;
            urgent = false;
            lock.lock();
            try {
                boolean idleForLong = System.nanoTime() - idleSince >= idleNanos;
                if (!operations.isEmpty() || closed || idleForLong) {
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

    /** Once at most: whoever changes what it waits for wakes it. */
    private void park(boolean idle, long idleNanos) {
        parked = Thread.currentThread();
        asleep = idle;
        if (!urgent && !closed && !(idle && some)) {
            LockSupport.parkNanos(this, idle ? idleNanos : GATHER_NANOS);
        }
        asleep = false;
        parked = null;
    }

    /** Nothing will come any more. */
    boolean isOver() {
        lock.lock();
        try {
            return closed && operations.isEmpty();
        } finally {
            lock.unlock();
        }
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
