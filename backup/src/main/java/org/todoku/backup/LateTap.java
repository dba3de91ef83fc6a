package org.todoku.backup;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.todoku.backup.volume.LogPosition;
import org.todoku.backup.volume.LogTap;

/**
 * The tap of a host that has not reached its archive yet: keeps no bytes, since they lie in the
 * local log, only how far that goes. Once there is a shipper it hands everything on to it.
 */
final class LateTap implements LogTap {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private @Nullable LogTap shipper;
    private LogPosition written = new LogPosition(0, 0);
    private LogPosition forced = written;
    private boolean over;

    /** How far the log goes that was written while there was no shipper. */
    LogPosition written() {
        lock.lock();
        try {
            return written;
        } finally {
            lock.unlock();
        }
    }

    /** How much of that was forced. */
    LogPosition forcedEnd() {
        lock.lock();
        try {
            return forced;
        } finally {
            lock.unlock();
        }
    }

    /** From now on the shipper has what is written. */
    void handOnTo(LogTap ready) {
        lock.lock();
        try {
            shipper = ready;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** There will be no shipper. */
    void end() {
        lock.lock();
        try {
            over = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void written(LogPosition at, byte[] bytes) {
        lock.lock();
        try {
            written = at.plus(bytes.length);
            if (shipper != null) {
                shipper.written(at, bytes);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public LogPosition forced() {
        lock.lock();
        try {
            forced = written;
            return shipper == null ? written : shipper.forced();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void hurry() {
        LogTap ready = shipper(0);
        if (ready != null) {
            ready.hurry();
        }
    }

    @Override
    public boolean awaitShipped(LogPosition upTo, Duration timeout) {
        long start = System.nanoTime();
        boolean interrupted = Thread.interrupted();
        try {
            LogTap ready = shipper(timeout.toNanos());
            long left = timeout.toNanos() - (System.nanoTime() - start);
            return ready != null && ready.awaitShipped(upTo, Duration.ofNanos(Math.max(0, left)));
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public boolean awaitHeld(LogPosition upTo, Duration timeout) {
        LogTap ready = shipper(0);
        return ready != null && ready.awaitHeld(upTo, timeout);
    }

    @Override
    public boolean isFollowed() {
        LogTap ready = shipper(0);
        return ready != null && ready.isFollowed();
    }

    @Override
    public boolean isOver() {
        LogTap ready = shipper(0);
        if (ready != null) {
            return ready.isOver();
        }
        lock.lock();
        try {
            return over;
        } finally {
            lock.unlock();
        }
    }

    /** The shipper, if there is one within so long. */
    private @Nullable LogTap shipper(long nanos) {
        long deadline = System.nanoTime() + nanos;
        lock.lock();
        try {
            long left = nanos;
            while (shipper == null && left > 0 && !over) {
                changed.awaitNanos(Math.min(left, TimeUnit.SECONDS.toNanos(1)));
                left = deadline - System.nanoTime();
            }
            return shipper;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return shipper;
        } finally {
            lock.unlock();
        }
    }
}
