package org.todoku.migrate.watch;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.todoku.appliance.continuity.outside.OutsideState;

/**
 * What was seen in one look.
 *
 * @param beat the last sign of life, by the server's clock; empty when there never was one
 * @param state as on the status page; {@code normal} where only the archive is looked at
 * @param lag how far the archive is behind, when that is told
 * @param damaged whether the last verification found damage
 */
record Sighting(
        Optional<Instant> beat,
        String state,
        Optional<Duration> lag,
        boolean damaged,
        Optional<Instant> lastBase,
        Optional<Instant> lastDrill,
        boolean mailTroubled) {

    static Sighting of(OutsideState state) {
        return new Sighting(
                Optional.of(state.at()),
                state.state(),
                state.archive().map(OutsideState.Copy::lag),
                state.archive().filter(copy -> copy.damaged() > 0).isPresent(),
                state.archive().flatMap(OutsideState.Copy::lastBase),
                state.archive().flatMap(OutsideState.Copy::lastDrill),
                state.mailTroubled());
    }
}
