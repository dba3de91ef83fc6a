package org.todoku.backup.ship;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.todoku.backup.archive.Segment;

/** When the next put may begin, over an hour of puts on a clock that the test moves. */
class TurnsTest {
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final long HOUR = Duration.ofHours(1).toNanos();

    private final Turns turns = new Turns(INTERVAL);

    @Test
    void neverMoreThanAPutAnIntervalHoweverLongPutsTake() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int slowest : new int[] {1, 30, 500, 5000}) {
            long now = 0;
            long puts = 0;
            long usual = 0;
            while (now < HOUR) {
                puts++;
                long begun = now;
                long took = Duration.ofMillis(1 + random.nextInt(slowest)).toNanos();
                assertThat(turns.nanos(1, usual, false, took)).isEqualTo(Long.MAX_VALUE);
                usual = usual == 0 ? took : (usual * 3 + took) / 4;
                now += took;
                // Somebody commits all the time: the next begins as soon as it may.
                now += Math.max(0, turns.nanos(0, usual, false, now - begun));
            }
            double perSecond = puts / (HOUR / 1e9);
            System.err.printf(
                    "figure: at most %.3f puts a second where a put takes up to %d ms%n",
                    perSecond, slowest);
            assertThat(perSecond).as("seed " + seed).isLessThanOrEqualTo(1.054);
        }
    }

    @Test
    void beginsEarlyEnoughThatTheSlowestCommitIsThereWithinAnInterval() {
        long usual = Duration.ofMillis(15).toNanos();
        long waits = turns.nanos(0, usual, false, 0);
        assertThat(waits + usual).isLessThan(INTERVAL.toNanos());
    }

    @Test
    void inAHurryTheyAreSpreadOverTheTimeThatAPutTakes() {
        long usual = Duration.ofMillis(90).toNanos();
        assertThat(turns.nanos(0, usual, true, 0)).isZero();
        assertThat(turns.nanos(1, usual, true, 0)).isEqualTo(usual / Segment.WINDOW);
        assertThat(turns.nanos(Segment.WINDOW, usual, true, usual)).isEqualTo(Long.MAX_VALUE);
    }
}
