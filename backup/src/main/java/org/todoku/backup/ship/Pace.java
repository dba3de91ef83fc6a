package org.todoku.backup.ship;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.todoku.backup.volume.StorageState;

/**
 * How fast a base may read the data disk: {@value #BYTES_PER_SECOND} bytes a second at most, and
 * not at all while the disk is not as it should be. Commits come first.
 */
final class Pace {
    private static final long BYTES_PER_SECOND = 64L * 1024 * 1024;
    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final Supplier<StorageState> state;
    private long next = System.nanoTime();

    Pace(Supplier<StorageState> state) {
        this.state = state;
    }

    /** Waits until so many bytes may be read. Gives up when the disk stays slow for long. */
    void await(int bytes) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (state.get() != StorageState.NORMAL) {
            if (System.nanoTime() - deadline > 0) {
                throw new IOException(
                        "the data disk was slow for " + PATIENCE.toMinutes() + " min");
            }
            park(LOOK_AGAIN.toNanos());
        }
        long now = System.nanoTime();
        if (next - now > 0) {
            park(next - now);
        } else {
            next = now;
        }
        next += bytes * Duration.ofSeconds(1).toNanos() / BYTES_PER_SECOND;
    }

    private void park(long nanos) throws IOException {
        LockSupport.parkNanos(this, nanos);
        if (Thread.interrupted()) {
            throw new IOException("it was stopped");
        }
    }
}
