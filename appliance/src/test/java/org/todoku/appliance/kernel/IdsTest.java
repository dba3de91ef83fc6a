package org.todoku.appliance.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;

class IdsTest {
    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

    /** The host that took over has a clock a day behind: nothing that was given out comes again. */
    @Test
    void neverGivesAnIdOutAgainAfterARestore() {
        Ids before = new Ids(() -> NOW, new Random(1));
        long restored = before.next();
        long lost = restored;
        for (int i = 0; i < 1000; i++) {
            lost = before.next();
        }
        Ids after = new Ids(() -> NOW.minus(Duration.ofDays(1)), new Random(2));
        after.jumpAbove(restored);
        assertThat(after.next()).isGreaterThan(lost);
        assertThat(after.next()).isGreaterThan(lost + 1);
    }

    @Test
    void goesOnAboveWhatIsThere() {
        Ids ids = new Ids(() -> NOW, new Random(1));
        long first = ids.next();
        assertThat(Ids.made(first)).isEqualTo(NOW);
        Ids next = new Ids(() -> NOW.minusSeconds(5), new Random(1));
        next.startAbove(first);
        assertThat(next.next()).isEqualTo(first + 1);
    }
}
