package org.todoku.backup.volume;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.todoku.backup.volume.Operation.Sync;

/**
 * Where Derby's commits wait, by the policy of the volume. Returns only when the policy is met
 * (promise I2); throws when it never will be, and Derby then closes the database.
 *
 * <p>While the disk is known to be stalled nobody waits {@code stall-after} again: disk and archive
 * are asked at once, and the first answer counts.
 */
final class Forces implements StorageWatch.Waiting {
    private static final Duration SLICE = Duration.ofMillis(20);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(3);
    private static final long FOREVER = Long.MAX_VALUE / 4;

    private final VolumeSettings settings;
    private final WriteQueue queue;
    private final LogTap tap;
    private final HandOver handOver;
    private final ForceTimes times = new ForceTimes();
    private final EarlyAsks early = new EarlyAsks();
    private final Set<Force> waiting = ConcurrentHashMap.newKeySet();
    private @Nullable Drain drain;

    Forces(VolumeSettings settings, WriteQueue queue, LogTap tap, HandOver handOver) {
        this.handOver = handOver;
        this.settings = settings;
        this.queue = queue;
        this.tap = tap;
    }

    void drainedBy(Drain started) {
        this.drain = started;
    }

    ForceTimes times() {
        return times;
    }

    @Override
    public long longestNanos() {
        long longest = 0;
        long now = System.nanoTime();
        for (Force force : waiting) {
            longest = Math.max(longest, now - force.startedNanos());
        }
        return longest;
    }

    /** Forces everything that was written to this log file before. */
    void force(Node node) throws IOException {
        LogPosition upTo = tap.forced();
        Force force = new Force();
        handOver.begins();
        waiting.add(force);
        boolean interrupted = false;
        try {
            queue.add(new Sync(node, force));
            queue.hurry();
            handOver.awaitAnswer(force::isAnswered);
            // Derby answers an interrupt after the force; until then it must not end each wait.
            interrupted = Thread.interrupted();
            switch (settings.archive()) {
                case NONE -> awaitDisk(force);
                case STANDS_IN -> awaitEither(force, upTo);
                case ONE_OF_THREE -> new TwoPlaces(force, upTo).await();
                case REQUIRED -> {
                    tap.hurry();
                    awaitDisk(force);
                    awaitArchive(upTo);
                }
            }
        } finally {
            handOver.ended(System.nanoTime() - force.startedNanos());
            waiting.remove(force);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void awaitDisk(Force force) throws IOException {
        force.await(FOREVER);
        IOException failure = force.failure();
        if (failure != null) {
            throw new IOException("the log could not be forced to the data disk", failure);
        }
    }

    /**
     * The archive is asked as soon as a stall is likely, at a quarter of {@code stall-after}, as
     * often as {@link EarlyAsks} allows, else when it is a fact; then the first answer counts.
     */
    private void awaitEither(Force force, LogPosition upTo) throws IOException {
        if (!isLate(settings.stallAfter())) {
            Duration likely = settings.stallAfter().dividedBy(4);
            boolean answered = !isLate(likely) && force.await(likely.toNanos());
            if (!answered && !early.take()) {
                force.await(settings.stallAfter().minus(likely).toNanos());
            }
        }
        while (!force.isDone()) {
            tap.hurry();
            if (tap.awaitShipped(upTo, Duration.ZERO) || tap.awaitHeld(upTo, Duration.ZERO)) {
                return;
            }
            IOException failure = force.failure();
            if (tap.isOver()) {
                if (failure != null) {
                    throw new IOException(
                            "neither the data disk nor the archive has the log", failure);
                }
                // The archive will not stand in any more: the disk has to.
                awaitDisk(force);
            } else if (failure != null) {
                if (tap.awaitShipped(upTo, SLICE)) {
                    return;
                }
            } else {
                force.await(LOOK_NANOS);
            }
        }
    }

    /**
     * Two of disk, standby and archive. Disk and standby are what is waited for; the archive is
     * asked at once where one of them is not there, else when they take longer than {@code
     * stall-after}.
     */
    private final class TwoPlaces {
        private final Force force;
        private final LogPosition upTo;
        private final long begunNanos = System.nanoTime();

        TwoPlaces(Force force, LogPosition upTo) {
            this.force = force;
            this.upTo = upTo;
        }

        void await() throws IOException {
            boolean archived = false;
            while (true) {
                boolean disk = force.isDone() && force.failure() == null;
                boolean held = tap.awaitHeld(upTo, disk && !archived ? SLICE : Duration.ZERO);
                boolean alone = !held && !tap.isFollowed();
                archived = tap.awaitShipped(upTo, disk && alone ? SLICE : Duration.ZERO);
                if (tap.isOver() && !archived) {
                    throw new IOException("the archive takes nothing more from this host");
                }
                if ((disk && (held || archived)) || (held && archived)) {
                    return;
                }
                boolean broken = force.failure() != null || isLate(settings.stallAfter());
                if (alone || broken || isOverdue()) {
                    tap.hurry();
                }
                if (force.failure() != null) {
                    tap.awaitShipped(upTo, SLICE);
                } else if (!disk) {
                    force.await(LOOK_NANOS);
                }
            }
        }

        private boolean isOverdue() {
            return System.nanoTime() - begunNanos > settings.stallAfter().toNanos();
        }
    }

    /** Fails, rather than confirm what a host that was fenced out cannot put into the line. */
    private void awaitArchive(LogPosition upTo) throws IOException {
        while (!tap.awaitShipped(upTo, Duration.ofSeconds(1))) {
            if (tap.isOver()) {
                throw new IOException("the archive takes nothing more from this host");
            }
            tap.hurry();
        }
    }

    private boolean isLate(Duration after) {
        Drain asked = drain;
        return asked != null && (asked.broken() != null || asked.waitingNanos() > after.toNanos());
    }
}
