package org.todoku.appliance.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.store.Tx;

/** What one claim takes of a destination, however many messages and tables it comes from. */
class DemandTest {
    private static final Outbox NOWHERE =
            new Outbox() {
                @Override
                public List<Parcel> claim(Tx tx, Demand demand, Instant now) {
                    return List.of();
                }

                @Override
                public void record(Tx tx, List<Report> reports, Instant now) {
                    throw new IllegalStateException("nothing was claimed");
                }

                @Override
                public int recover(Tx tx, Instant now) {
                    return 0;
                }
            };

    @Test
    void aDestinationHasItsRoomOnceAndNotForEachMessage() {
        var demand = new Outbox.Demand(100, Set.of(), to -> to.equals("slow.example") ? 5 : 50);
        assertThat(demand.fitting(to("slow.example", 3))).hasSize(3);
        assertThat(demand.less(3).fitting(to("slow.example", 10))).hasSize(2);
        assertThat(demand.less(5).fitting(to("slow.example", 10))).isEmpty();
        assertThat(demand.less(5).fitting(to("other.example", 10))).hasSize(10);
    }

    private static List<Parcel> to(String domain, int number) {
        return IntStream.range(0, number)
                .mapToObj(
                        i ->
                                new Parcel(
                                        NOWHERE,
                                        i,
                                        1,
                                        false,
                                        "",
                                        EmailAddress.of("m" + i + "@" + domain),
                                        1,
                                        Optional.empty(),
                                        () -> new byte[0]))
                .toList();
    }
}
