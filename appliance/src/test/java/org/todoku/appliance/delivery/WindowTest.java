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
    void growsWhileConnectionsStandIdleAndShrinksWhileTheyDoNot() throws Exception {
        Window window = new Window(40, 300);
        for (int expected : new int[] {80, 160, 300, 300}) {
            assertThat(window.take(500, AT_ONCE) + window.take(500, AT_ONCE)).isPositive();
            window.starved();
            look(window);
            assertThat(window.limit()).isEqualTo(expected);
            window.give(window.held());
        }
        look(window);
        assertThat(window.limit()).as("busy").isEqualTo(270);
        window.starved();
        look(window);
        assertThat(window.limit()).as("idle because nothing is claimed").isEqualTo(243);
        for (int i = 0; i < 20; i++) {
            look(window);
        }
        assertThat(window.limit()).isEqualTo(40);
    }

    private static void look(Window window) throws InterruptedException {
        LockSupport.parkNanos(510_000_000);
        window.takeBeyond(1);
        window.recorded();
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
