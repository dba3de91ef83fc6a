package org.todoku.backup.volume;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Judges the storage twenty times a second from what others note in passing, so that a stall is
 * seen within 50 ms of {@code stall-after}, and tells the listener when writers had better be
 * refused. A state that is better than the last one counts only after it has lasted a second.
 */
final class StorageWatch {
    private static final System.Logger LOG = System.getLogger(StorageWatch.class.getName());
    private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long BETTER_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final VolumeSettings settings;
    private final VolumeListener listener;
    private final WriteQueue queue;
    private final Drain drain;
    private final ForceTimes forceTimes;
    private final Waiting waiting;
    private final DeviceWatch device;
    private final Thread thread;

    private volatile StorageState state = StorageState.NORMAL;
    private volatile boolean stopped;
    private long betterSince;
    private boolean closedWrites;

    /** What the watch is told of the forces that somebody waits for. */
    interface Waiting {
        /** Nanoseconds for which the oldest of them has waited; 0 when there is none. */
        long longestNanos();
    }

    StorageWatch(
            VolumeSettings settings,
            VolumeListener listener,
            Drain drain,
            WriteQueue queue,
            Forces forces,
            DeviceWatch device) {
        this.settings = settings;
        this.listener = listener;
        this.queue = queue;
        this.drain = drain;
        this.forceTimes = forces.times();
        this.waiting = forces;
        this.device = device;
        this.thread = Thread.ofPlatform().daemon().name("volume-watch").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    void stop() {
        stopped = true;
        LockSupport.unpark(thread);
    }

    /** As it was judged last; never better than what the drain waits for now says. */
    StorageState state() {
        StorageState judged = state;
        return judged.compareTo(StorageState.STALLED) < 0 && isStalled()
                ? StorageState.STALLED
                : judged;
    }

    /** One line while the disk or the memory does not take what is written. */
    Optional<String> trouble() {
        Optional<String> said = drain.trouble();
        if (said.isPresent()) {
            return said;
        }
        return isStalled()
                ? Optional.of(
                        "the data disk has not answered for "
                                + Duration.ofNanos(drain.waitingNanos()).toMillis()
                                + " ms")
                : Optional.empty();
    }

    /** What the kernel says of the device under the directory. */
    Optional<DeviceStatus> device() {
        return device.status();
    }

    private void run() {
        while (!stopped) {
            step();
            LockSupport.parkNanos(this, STEP_NANOS);
        }
    }

    void step() {
        StorageState found = judge();
        long now = System.nanoTime();
        device.look(now);
        if (found.compareTo(state) >= 0) {
            betterSince = now;
        }
        if (found.compareTo(state) > 0 || now - betterSince > BETTER_NANOS) {
            if (found != state) {
                Level level =
                        found.compareTo(StorageState.STALLED) < 0 ? Level.INFO : Level.WARNING;
                LOG.log(level, "the storage is {0}, it was {1}", found, state);
            }
            state = found;
        }
        tell(why());
    }

    private StorageState judge() {
        if (waiting.longestNanos() > settings.isolatedAfter().toNanos()) {
            return StorageState.ISOLATED;
        }
        if (isStalled()) {
            return StorageState.STALLED;
        }
        return forceTimes.p99().compareTo(settings.stallAfter().dividedBy(2)) > 0
                ? StorageState.SLOW
                : StorageState.NORMAL;
    }

    private boolean isStalled() {
        return drain.broken() != null || drain.waitingNanos() > settings.stallAfter().toNanos();
    }

    /** Why writers had better be refused; null when they are welcome. */
    private @Nullable String why() {
        if (state == StorageState.ISOLATED) {
            return settings.archive() == VolumeSettings.ArchiveRole.ONE_OF_THREE
                    ? "of the data disk, a standby and the archive no two take what is written"
                    : "neither the data disk nor the archive takes what is written";
        }
        boolean needed =
                switch (settings.archive()) {
                    case NONE, REQUIRED -> true;
                    case STANDS_IN, ONE_OF_THREE -> false;
                };
        if (drain.broken() != null && needed) {
            return drain.trouble().orElse("the data disk failed");
        }
        // Opened again only when there is room to speak of: else it would flutter.
        long limit = closedWrites ? queue.max() / 2 : queue.max() / 4 * 3;
        return queue.bytes() > limit
                ? "the memory for what the data disk does not take is nearly full"
                : null;
    }

    private void tell(@Nullable String why) {
        if (why != null && !closedWrites) {
            LOG.log(Level.WARNING, "no more writes: " + why);
            closedWrites = true;
            listener.closeWrites(why);
        } else if (why == null && closedWrites) {
            LOG.log(Level.INFO, "writes are welcome again");
            closedWrites = false;
            listener.openWrites();
        }
    }
}
