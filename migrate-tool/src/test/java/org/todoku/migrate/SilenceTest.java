package org.todoku.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.todoku.migrate.Silence.Seen;

class SilenceTest {
    private static final Duration NEEDED = Duration.ofSeconds(60);
    private static final long SECOND = 1_000_000_000L;
    private static final Seen SILENT = new Seen(false, false, true, true);

    @Test
    void isLongEnoughAfterTheWholeTime() {
        Silence silence = new Silence(NEEDED, 0);
        for (int second = 2; second < 60; second += 2) {
            assertThat(silence.isLongEnough(SILENT, second * SECOND)).isFalse();
        }
        assertThat(silence.isLongEnough(SILENT, 60 * SECOND)).isTrue();
    }

    @Test
    void beginsAnewWhenThisHostWasStopped() {
        Silence silence = new Silence(NEEDED, 0);
        assertThat(silence.isLongEnough(SILENT, 2 * SECOND)).isFalse();
        // An hour under SIGSTOP, or a suspended machine: nothing is known of it.
        assertThat(silence.isLongEnough(SILENT, 3600 * SECOND)).isFalse();
        assertThat(silence.isLongEnough(SILENT, 3602 * SECOND)).isFalse();
    }

    @Test
    void neverTrustsAnythingButAWholeSilence() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 2000; round++) {
            Silence silence = new Silence(NEEDED, 0);
            long now = 0;
            long brokenAt = 0;
            for (int look = 0; look < 200; look++) {
                long step = random.nextInt(20) == 0 ? 6 : 1 + random.nextInt(3);
                now += step * SECOND;
                Seen seen =
                        random.nextInt(25) == 0
                                ? new Seen(
                                        random.nextBoolean(),
                                        random.nextBoolean(),
                                        random.nextBoolean(),
                                        random.nextBoolean())
                                : SILENT;
                if (step > 5 || !seen.isSilent()) {
                    brokenAt = now;
                }
                boolean expected = now - brokenAt >= NEEDED.toNanos();
                assertThat(silence.isLongEnough(seen, now))
                        .as("seed %d, round %d, look %d", seed, round, look)
                        .isEqualTo(expected);
            }
        }
    }
}
