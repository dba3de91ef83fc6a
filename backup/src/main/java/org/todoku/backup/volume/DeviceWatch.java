package org.todoku.backup.volume;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the counters of the device under the database twice a second, on the thread of {@link
 * StorageWatch}. Where the kernel shows none, as in some containers, it says so once and does
 * nothing more. Judges nothing: the storage's state comes from what commits feel.
 */
final class DeviceWatch {
    private static final System.Logger LOG = System.getLogger(DeviceWatch.class.getName());
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private @Nullable BlockDevice device;
    private BlockDevice.@Nullable Counters last;
    private long lastNanos;
    private long quietSince;
    private volatile @Nullable DeviceStatus status;

    private DeviceWatch(@Nullable BlockDevice device) {
        this.device = device;
    }

    /** Finds the device; the directory's disk is asked where it is, once. */
    static DeviceWatch of(Path directory, Optional<String> named) {
        try {
            return of(BlockDevice.find(directory, named, BlockDevice.Kernel.HERE));
        } catch (IOException | RuntimeException e) {
            // Named in vain it is a mistake; not found by itself it is how some machines are.
            LOG.log(
                    named.isPresent() ? Level.WARNING : Level.INFO,
                    "of the device under {0} nothing will be told in a stall: {1}",
                    directory,
                    String.valueOf(e.getMessage()));
            return new DeviceWatch(null);
        }
    }

    static DeviceWatch of(BlockDevice device) {
        return new DeviceWatch(device);
    }

    /** What it saw last; empty where there is nothing to be seen. */
    Optional<DeviceStatus> status() {
        return Optional.ofNullable(status);
    }

    /** To be called often, by one thread. */
    void look(long now) {
        BlockDevice asked = device;
        if (asked == null || (last != null && now - lastNanos < LOOK_NANOS)) {
            return;
        }
        try {
            note(asked.name(), asked.read(), now);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "the device {0} tells nothing any more: {1}", asked.name(), e);
            device = null;
            status = null;
        }
    }

    private void note(String name, BlockDevice.Counters found, long now) {
        BlockDevice.Counters before = last;
        if (before == null || found.completed() != before.completed() || found.inFlight() == 0) {
            quietSince = now;
        }
        double seconds = before == null ? 0 : (now - lastNanos) / 1e9;
        double rate =
                before == null || seconds <= 0
                        ? 0
                        : (found.completed() - before.completed()) / seconds;
        status = new DeviceStatus(name, found.inFlight(), rate, Duration.ofNanos(now - quietSince));
        last = found;
        lastNanos = now;
    }
}
