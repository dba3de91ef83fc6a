package org.todoku.backup.ship;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.todoku.backup.volume.StorageState;

class PaceTest {
    @Test
    void readsNothingWhileTheDiskIsSlowAndGoesOnAfterwards() throws Exception {
        var state = new AtomicReference<>(StorageState.NORMAL);
        var asked = new AtomicInteger();
        var reads = new AtomicInteger();
        var waiting = new CountDownLatch(1);
        var end = new CountDownLatch(1);
        Pace pace =
                new Pace(
                        () -> {
                            if (state.get() != StorageState.NORMAL && asked.incrementAndGet() > 3) {
                                waiting.countDown();
                            }
                            return state.get();
                        });
        pace.await(1000);
        state.set(StorageState.STALLED);
        Thread.ofVirtual()
                .start(
                        () -> {
                            try {
                                pace.await(1000);
                                reads.incrementAndGet();
                            } catch (IOException e) {
                                reads.set(-1);
                            }
                            end.countDown();
                        });
        assertThat(waiting.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(reads).hasValue(0);
        state.set(StorageState.SLOW);
        assertThat(reads).hasValue(0);
        state.set(StorageState.NORMAL);
        assertThat(end.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(reads).hasValue(1);
    }

    @Test
    void goesOnSlowlyOnADiskThatIsNeverFast() throws Exception {
        Pace pace = new Pace(() -> StorageState.SLOW, Duration.ofMillis(200));
        long start = System.nanoTime();
        for (int i = 0; i < 5; i++) {
            pace.await(1024 * 1024);
        }
        // 200 ms of patience, then 4 MiB before the last at 8 MiB a second.
        assertThat(System.nanoTime() - start).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(650));
    }

    @Test
    void keepsToItsRate() throws Exception {
        Pace pace = new Pace(() -> StorageState.NORMAL);
        long start = System.nanoTime();
        for (int i = 0; i < 32; i++) {
            pace.await(1024 * 1024);
        }
        // 31 MiB before the last at 64 MiB a second; a machine that is slower proves nothing more.
        assertThat(System.nanoTime() - start).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(450));
    }
}
