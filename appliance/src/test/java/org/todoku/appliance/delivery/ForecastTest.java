package org.todoku.appliance.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ForecastTest {
    private static final Offset<Double> CLOSE = within(0.01);

    @Test
    void whatOneNoLongerUsesGoesToTheOthers() {
        Map<String, Double> done =
                Forecast.seconds(
                        List.of(
                                new Forecast.Course("small", 100, 25, false),
                                new Forecast.Course("large", 900, 25, false)));
        assertThat(done.get("small")).isCloseTo(4, CLOSE);
        // 50 a second from then on: a thousand in twenty seconds.
        assertThat(done.get("large")).isCloseTo(20, CLOSE);
    }

    @Test
    void oneThatIsHeldBackGetsNothingMore() {
        Map<String, Double> done =
                Forecast.seconds(
                        List.of(
                                new Forecast.Course("slow", 100, 1, true),
                                new Forecast.Course("fast", 100, 10, false)));
        assertThat(done.get("fast")).isCloseTo(10, CLOSE);
        assertThat(done.get("slow")).isCloseTo(100, CLOSE);
    }

    @Test
    void saysNothingOfOneThatRestsOrBeforeAnythingIsKnown() {
        assertThat(
                        Forecast.seconds(
                                List.of(
                                        new Forecast.Course("rests", 100, 0, true),
                                        new Forecast.Course("done", 0, 5, false),
                                        new Forecast.Course("fast", 100, 10, false))))
                .containsOnlyKeys("fast");
        assertThat(Forecast.seconds(List.of(new Forecast.Course("new", 100, 0, false)))).isEmpty();
    }
}
