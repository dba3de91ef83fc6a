package org.todoku.backup.ship;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.todoku.backup.volume.StorageState;

/**
 * How fast a base may read the data disk: {@value #BYTES_PER_SECOND} bytes a second at most, and
 * not at all while the disk is not as it should be. Commits come first. A disk that stays slow is
 * perhaps just one: then it goes on at an eighth of the rate.
 */
final class Pace {
    private static final long BYTES_PER_SECOND = 64L * 1024 * 1024;
    private static final int SLOWER = 8;
    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final Supplier<StorageState> state;
    private final Duration slowPatience;
    private long next = System.nanoTime();
    private long badSince;

    Pace(Supplier<StorageState> state) {
        this(state, Duration.ofSeconds(30));
    }

    Pace(Supplier<StorageState> state, Duration slowPatience) {
        this.state = state;
        this.slowPatience = slowPatience;
    }

    /** Waits until so many bytes may be read. Gives up when the disk does not answer for long. */
    void await(int bytes) throws IOException {
        long cost = bytes * Duration.ofSeconds(1).toNanos() / BYTES_PER_SECOND;
        StorageState found = state.get();
        while (found != StorageState.NORMAL) {
            badSince = badSince == 0 ? System.nanoTime() | 1 : badSince;
            long bad = System.nanoTime() - badSince;
            if (found == StorageState.SLOW && bad > slowPatience.toNanos()) {
                cost *= SLOWER;
                break;
            }
            if (bad > PATIENCE.toNanos()) {
                throw new IOException(
                        "the data disk did not answer for " + PATIENCE.toMinutes() + " min");
            }
            park(LOOK_AGAIN.toNanos());
            found = state.get();
        }
        badSince = found == StorageState.NORMAL ? 0 : badSince;
        long now = System.nanoTime();
        if (next - now > 0) {
            park(next - now);
        } else {
            next = now;
        }
        next += cost;
    }

    private void park(long nanos) throws IOException {
        LockSupport.parkNanos(this, nanos);
        if (Thread.interrupted()) {
            throw new IOException("it was stopped");
        }
    }
}
