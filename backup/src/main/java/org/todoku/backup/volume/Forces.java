package org.todoku.backup.volume;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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
    /** How long a waiting thread turns before it sleeps: about one force of a good disk. */
    private static final long SPIN_NANOS = 40_000;

    private static final Duration SLICE = Duration.ofMillis(20);
    private static final long FOREVER = Long.MAX_VALUE / 4;

    private final VolumeSettings settings;
    private final WriteQueue queue;
    private final LogTap tap;
    private final ForceTimes times = new ForceTimes();
    private final Set<Force> waiting = ConcurrentHashMap.newKeySet();
    private @Nullable Drain drain;

    Forces(VolumeSettings settings, WriteQueue queue, LogTap tap) {
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
        waiting.add(force);
        try {
            queue.add(new Sync(node, force));
            queue.hurry();
            switch (settings.archive()) {
                case NONE -> awaitDisk(force);
                case STANDS_IN -> awaitEither(force, upTo);
                case REQUIRED -> {
                    tap.hurry();
                    awaitDisk(force);
                    awaitArchive(upTo);
                }
            }
        } finally {
            waiting.remove(force);
        }
    }

    private void awaitDisk(Force force) throws IOException {
        while (!force.await(FOREVER, SPIN_NANOS)) {
            Thread.onSpinWait();
        }
        IOException failure = force.failure();
        if (failure != null) {
            throw new IOException("the log could not be forced to the data disk", failure);
        }
    }

    private void awaitEither(Force force, LogPosition upTo) throws IOException {
        long patience = isStalled() ? 0 : settings.stallAfter().toNanos();
        force.await(patience, SPIN_NANOS);
        while (!force.isDone()) {
            tap.hurry();
            if (tap.awaitShipped(upTo, SLICE)) {
                return;
            }
            if (tap.isOver()) {
                // The archive will not stand in any more: the disk has to.
                awaitDisk(force);
            } else if (force.failure() == null) {
                force.await(1, 0);
            }
        }
    }

    private void awaitArchive(LogPosition upTo) {
        while (!tap.awaitShipped(upTo, Duration.ofSeconds(1)) && !tap.isOver()) {
            tap.hurry();
        }
    }

    private boolean isStalled() {
        Drain asked = drain;
        return asked != null
                && (asked.broken() != null
                        || asked.waitingNanos() > settings.stallAfter().toNanos());
    }
}
