package org.todoku.appliance;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.todoku.appliance.delivery.LaneProgress;

/** What was said on the way about when a message will be done, held against what came true. */
final class Estimates {
    private static final long EVERY_NANOS = Duration.ofSeconds(1).toNanos();
    private static final double FROM = 0.1;

    private final long total;
    private final List<Instant> said = new ArrayList<>();
    private long looked = System.nanoTime();

    Estimates(long total) {
        this.total = total;
    }

    /** Once a second. */
    boolean due() {
        return System.nanoTime() - looked >= EVERY_NANOS;
    }

    void look(List<LaneProgress> lanes) {
        looked = System.nanoTime();
        long sent = lanes.stream().mapToLong(LaneProgress::handedOver).sum();
        Optional<Instant> done =
                lanes.stream().flatMap(lane -> lane.done().stream()).max(Comparator.naturalOrder());
        if (sent >= FROM * total && done.isPresent()) {
            said.add(done.get());
        }
    }

    /**
     * The worst of them, as a share of the whole time since {@code begun}, now that it is over. NaN
     * when nothing was said.
     */
    double off(long begun) {
        Instant end = Instant.now();
        double whole = (System.nanoTime() - begun) / 1e9;
        return said.stream()
                .mapToDouble(at -> Math.abs(Duration.between(at, end).toMillis()) / 1e3 / whole)
                .max()
                .orElse(Double.NaN);
    }
}
