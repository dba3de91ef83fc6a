package org.todoku.backup.ship;

import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.PreparedSegment;
import org.todoku.backup.archive.Segment;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;

/**
 * The segments that are on their way into the archive, {@link Segment#WINDOW} at most. Each is put
 * until it has arrived, the same bytes under the same key; it counts only when all before it have
 * arrived. Once this host is fenced nothing more counts but what had arrived before.
 *
 * <p>What it holds is guarded by the lock of the shipper that owns it.
 */
final class PutWindow {
    private static final System.Logger LOG = System.getLogger(PutWindow.class.getName());
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Archive archive;
    private final Owner owner;
    private final ReentrantLock lock;
    private final Condition changed;
    private final ExecutorService threads =
            Executors.newFixedThreadPool(
                    Segment.WINDOW, Thread.ofPlatform().daemon().name("log-put-", 0).factory());
    private final Deque<Flight> flights = new ArrayDeque<>();
    private long usualNanos;

    /** The shipper, told what became of the puts. */
    interface Owner {
        /** With the lock held, in the order of the numbers: all up to this one have arrived. */
        void arrived(PreparedSegment segment, long startedNanos);

        /** With the lock held: why it does not arrive; null when the archive answers. */
        void troubled(@Nullable BackupException why);

        /** Without the lock: another host has ended this epoch. */
        void fenced();

        /** With the lock held: nothing more is to be tried. */
        boolean isOver();
    }

    private static final class Flight {
        private final PreparedSegment segment;
        private final long sinceNanos;
        private long startedNanos;
        private boolean arrived;

        Flight(PreparedSegment segment, long sinceNanos) {
            this.segment = segment;
            this.sinceNanos = sinceNanos;
        }
    }

    PutWindow(Archive archive, Owner owner, ReentrantLock lock, Condition changed) {
        this.archive = archive;
        this.owner = owner;
        this.lock = lock;
        this.changed = changed;
    }

    /** How many are on their way. */
    int size() {
        return flights.size();
    }

    /** When the oldest bytes on their way were forced, by {@link System#nanoTime}; 0: none. */
    long sinceNanos() {
        return flights.isEmpty() ? 0 : flights.getFirst().sinceNanos;
    }

    /** How long a put usually takes. */
    long usualNanos() {
        return usualNanos;
    }

    /** Sends one off; the caller has looked that there is room. */
    void send(PreparedSegment segment, long sinceNanos) {
        Flight flight = new Flight(segment, sinceNanos);
        flights.addLast(flight);
        try {
            threads.execute(() -> put(flight));
        } catch (RejectedExecutionException e) {
            // Closed meanwhile: the next start ships it from the local log.
            flights.removeLast();
        }
    }

    /** Puts that are under way go on to their end, in daemon threads; none is begun. */
    void close() {
        threads.shutdown();
    }

    private void put(Flight flight) {
        boolean first = true;
        while (true) {
            long start = System.nanoTime();
            flight.startedNanos = start;
            try {
                archive.put(flight.segment);
                arrived(flight, first ? System.nanoTime() - start : 0);
                return;
            } catch (BackupException e) {
                if (failed(e)) {
                    return;
                }
            } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "shipping the log failed", e);
                if (!pause()) {
                    return;
                }
            }
            first = false;
        }
    }

    private void arrived(Flight flight, long tookNanos) {
        lock.lock();
        try {
            flight.arrived = true;
            if (tookNanos > 0) {
                usualNanos = usualNanos == 0 ? tookNanos : (usualNanos * 3 + tookNanos) / 4;
            }
            while (!flights.isEmpty() && flights.getFirst().arrived) {
                Flight next = flights.removeFirst();
                owner.arrived(next.segment, next.startedNanos);
            }
            owner.troubled(null);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether to give up. */
    private boolean failed(BackupException e) {
        if (e.fault() == BackupFault.FENCED) {
            try {
                owner.fenced();
                return true;
            } catch (BackupException unknown) {
                LOG.log(Level.WARNING, "fenced, by whom is not known: " + unknown.getMessage());
            }
        }
        lock.lock();
        try {
            owner.troubled(e);
        } finally {
            lock.unlock();
        }
        return !pause();
    }

    /** False when there is no point in going on. */
    private boolean pause() {
        lock.lock();
        try {
            long left = RETRY_NANOS;
            while (left > 0 && !owner.isOver()) {
                left = changed.awaitNanos(left);
            }
            return !owner.isOver();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }
}
