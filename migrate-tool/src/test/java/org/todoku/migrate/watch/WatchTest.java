package org.todoku.migrate.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;

/** What raises the alarm, when, and how often. */
class WatchTest {
    private static final Instant START = Instant.parse("2026-11-26T12:00:00Z");

    private final List<Alert> told = new ArrayList<>();
    private Duration passed = Duration.ZERO;
    private Optional<Sighting> seen = Optional.of(well(START));
    private boolean deaf;
    private final Watch watch =
            new Watch(
                    new Fixed(),
                    List.of(this::tell),
                    line -> {},
                    () -> START.plus(passed),
                    () -> passed.toNanos());

    /** Sees what the test wants it to see. */
    private final class Fixed implements Source {
        @Override
        public Sighting look() {
            return seen.orElseThrow(
                    () ->
                            new FaultException(
                                    Fault.PUBLISH_FAILED, "look", "it does not answer", "wait"));
        }

        @Override
        public String name() {
            return "https://status.example.jp/";
        }

        @Override
        public void close() {}
    }

    private void tell(Alert alert) {
        if (deaf) {
            throw new FaultException(Fault.RELAY_UNREACHABLE, "tell", "no relay", "wait");
        }
        told.add(alert);
    }

    @Test
    void tellsOnceOfASilenceAndOnceOfItsEnd() {
        assertThat(look(0)).isEmpty();
        assertThat(look(120)).isEmpty();
        assertThat(look(70)).containsExactly(Alarm.SILENT);
        look(60);
        assertThat(told).singleElement().satisfies(a -> assertThat(a.text()).contains("takeover"));
        seen = Optional.of(well(START.plusSeconds(240)));
        assertThat(look(30)).isEmpty();
        assertThat(told.getLast().rightAgain()).containsExactly(Alarm.SILENT);
        assertThat(told).hasSize(2);
    }

    /** The server's clock is nobody's business once a change was seen. */
    @Test
    void aClockThatIsWrongIsNoSilence() {
        seen = Optional.of(well(START.minusSeconds(300)));
        assertThat(look(0)).isEmpty();
        seen = Optional.of(well(START.minusSeconds(240)));
        assertThat(look(170)).isEmpty();
    }

    @Test
    void aHeartbeatThatWasOldFromTheStartIsASilence() {
        seen = Optional.of(well(START.minus(Duration.ofHours(1))));
        assertThat(look(0)).containsExactly(Alarm.SILENT);
        seen = Optional.of(well(START));
        assertThat(look(30)).isEmpty();
    }

    @Test
    void aStopOnPurposeIsNoAlarm() {
        seen = Optional.of(sighting(START, "stopped"));
        look(0);
        assertThat(look(3600)).isEmpty();
    }

    @Test
    void tellsOfBasesDrillsLagAndDamage() {
        seen =
                Optional.of(
                        new Sighting(
                                Optional.of(START),
                                "isolated",
                                Optional.of(Duration.ofMinutes(5)),
                                true,
                                Optional.of(START.minus(Duration.ofDays(2))),
                                Optional.empty(),
                                true));
        assertThat(look(0))
                .isEqualTo(
                        EnumSet.of(
                                Alarm.ISOLATED,
                                Alarm.LAG,
                                Alarm.DAMAGED,
                                Alarm.BASE,
                                Alarm.DRILL,
                                Alarm.MAIL));
    }

    @Test
    void onlyTheThirdLookInVainIsNews() {
        look(0);
        seen = Optional.empty();
        assertThat(look(10)).isEmpty();
        assertThat(look(10)).isEmpty();
        assertThat(look(10)).containsExactly(Alarm.UNREAD);
        assertThat(told).hasSize(1);
    }

    @Test
    void whatCouldNotBeToldIsToldLater() {
        look(0);
        deaf = true;
        look(200);
        assertThat(told).isEmpty();
        deaf = false;
        look(60);
        assertThat(told).hasSize(1);
    }

    private Set<Alarm> look(long seconds) {
        passed = passed.plusSeconds(seconds);
        return watch.look();
    }

    private static Sighting well(Instant at) {
        return sighting(at, "normal");
    }

    private static Sighting sighting(Instant at, String state) {
        return new Sighting(
                Optional.of(at),
                state,
                Optional.of(Duration.ofMillis(500)),
                false,
                Optional.of(START),
                Optional.of(START),
                false);
    }
}
