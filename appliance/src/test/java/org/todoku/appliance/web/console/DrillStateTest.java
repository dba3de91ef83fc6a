package org.todoku.appliance.web.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.todoku.appliance.web.SystemState.Drilled;

/** What the console shows of the last drill. */
class DrillStateTest {
    private static final Instant NOW = Instant.parse("2026-11-26T12:00:00Z");

    @Test
    void aDrillIsGreenForAWeekAndRedAfterIt() {
        assertThat(shown(drilled(Duration.ofDays(7).minusSeconds(1), true)))
                .isEqualTo("PASSED good");
        assertThat(shown(drilled(Duration.ofDays(7), true))).isEqualTo("OLD bad");
        assertThat(shown(drilled(Duration.ofHours(1), false))).isEqualTo("FAILED bad");
        assertThat(shown(Optional.empty())).isEqualTo("NEVER bad");
    }

    private static Optional<Drilled> drilled(Duration ago, boolean passed) {
        return Optional.of(new Drilled(NOW.minus(ago), passed, 2, 1));
    }

    private static String shown(Optional<Drilled> drill) {
        Views.DrillState state = Views.DrillState.of(drill, NOW);
        return state + " " + Views.style(state);
    }
}
