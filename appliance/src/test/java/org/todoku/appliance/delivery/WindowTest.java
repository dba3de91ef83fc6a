package org.todoku.appliance.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** How many mails are claimed at once. */
class WindowTest {
    private static final Duration AT_ONCE = Duration.ZERO;

    @Test
    void claimsAQuarterAtOnceAndNoMoreThanItHolds() throws Exception {
        Window window = new Window(400, 4000);
        assertThat(window.take(500, AT_ONCE)).isEqualTo(100);
        assertThat(window.take(30, AT_ONCE)).isEqualTo(30);
        window.give(130);
        for (int i = 0; i < 4; i++) {
            assertThat(window.take(500, AT_ONCE)).isEqualTo(100);
        }
        assertThat(window.take(500, AT_ONCE)).isZero();
        assertThat(window.takeBeyond(500)).as("urgent ones").isEqualTo(400);
        assertThat(window.takeBeyond(500)).isZero();
        assertThat(window.held()).isEqualTo(800);
    }

    @Test
    void followsWhatIsRecordedUpAndDown() throws Exception {
        Window window = new Window(40, 1000);
        for (int i = 0; i < 4000; i++) {
            window.recorded();
        }
        LockSupport.parkNanos(600_000_000);
        window.recorded();
        assertThat(window.limit()).isEqualTo(1000);
        LockSupport.parkNanos(600_000_000);
        window.recorded();
        assertThat(window.limit()).as("one in half a second").isEqualTo(40);
    }

    @Test
    void closesWhenAllIsGivenBackAndOpensAgainWhenThatTakesTooLong() throws Exception {
        Window window = new Window(40, 1000);
        assertThat(window.take(10, AT_ONCE)).isEqualTo(10);
        assertThat(window.close(Duration.ofMillis(10))).isFalse();
        assertThat(window.take(10, AT_ONCE)).isEqualTo(10);
        window.give(20);
        assertThat(window.close(Duration.ofMillis(10))).isTrue();
        assertThat(window.take(10, AT_ONCE)).isZero();
        assertThat(window.takeBeyond(10)).isZero();
        window.open();
        assertThat(window.take(10, AT_ONCE)).isEqualTo(10);
    }
}
