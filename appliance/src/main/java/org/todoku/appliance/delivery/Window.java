package org.todoku.appliance.delivery;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How many mails may be claimed and not yet recorded: what is in doubt after a crash at the worst,
 * so that it is as small as the rate allows. Thread-safe.
 *
 * <p>A claim may be a second on its way to the archive before its mails may leave. When connections
 * stand idle because all that may be claimed is on that way, the window doubles; while they do not,
 * it shrinks by a tenth, at each look. So it finds what is just enough by itself: a few hundred
 * with an archive at a common relay's rate, a hundred without one.
 */
final class Window {
    private static final long LOOK_NANOS = 500_000_000;

    private final int first;
    private final int most;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private int limit;
    private int held;
    private boolean closed;
    private boolean starved;
    private long looked = System.nanoTime();

    /**
     * @param first what it holds at first, and at least
     * @param most what it never exceeds
     */
    Window(int first, int most) {
        this.first = Math.min(first, most);
        this.most = most;
        this.limit = this.first;
    }

    /** The present bound. */
    int limit() {
        lock.lock();
        try {
            return limit;
        } finally {
            lock.unlock();
        }
    }

    int held() {
        lock.lock();
        try {
            return held;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes room for up to so many, a quarter of the window at most, so that several claims are on
     * their way at once. Waits for as much; after the patience it takes what there is.
     *
     * @return how many, which the caller gives back by {@link #recorded} or {@link #give}; 0 when
     *     there is none, or when it is closed
     */
    int take(int wanted, Duration patience) throws InterruptedException {
        lock.lock();
        try {
            long left = patience.toNanos();
            while (left > 0 && (closed || limit - held < share(wanted))) {
                left = changed.awaitNanos(left);
            }
            int taken = closed ? 0 : Math.clamp(limit - held, 0, share(wanted));
            held += taken;
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** Room for urgent mails when there is no other: some beyond the limit, at once. */
    int takeBeyond(int wanted) {
        lock.lock();
        try {
            int taken = closed ? 0 : Math.clamp(limit + first - held, 0, wanted);
            held += taken;
            return taken;
        } finally {
            lock.unlock();
        }
    }

    private int share(int wanted) {
        return Math.min(wanted, Math.max(1, limit / 4));
    }

    /** Room that was taken and not used. */
    void give(int count) {
        lock.lock();
        try {
            held -= count;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** A connection stands idle though there may be more to send. */
    void starved() {
        lock.lock();
        try {
            // Half of it is what one destination may hold.
            starved |= held * 3 >= limit;
        } finally {
            lock.unlock();
        }
    }

    /** The outcome of one is in the ledger. */
    void recorded() {
        lock.lock();
        try {
            held--;
            long now = System.nanoTime();
            if (now - looked >= LOOK_NANOS) {
                limit = starved ? Math.min(most, limit * 2) : Math.max(first, limit * 9 / 10);
                starved = false;
                looked = now;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Nobody gets room any more; waits until all of it has been given back.
     *
     * @return false when that took longer: then it is open again
     */
    boolean close(Duration patience) throws InterruptedException {
        lock.lock();
        try {
            closed = true;
            long left = patience.toNanos();
            while (held > 0 && left > 0) {
                left = changed.awaitNanos(left);
            }
            closed = held == 0;
            changed.signalAll();
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /** Ends {@link #close}. */
    void open() {
        lock.lock();
        try {
            closed = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
