package org.todoku.appliance.delivery;

import java.time.Instant;
import java.util.Optional;

/**
 * How far one message is at one destination.
 *
 * @param name the carrier or provider, or a domain
 * @param total mails in all
 * @param handedOver taken by a relay
 * @param open waiting or on their way
 * @param deferred put off, to be tried again
 * @param nextTry when the first of those that were put off is tried again
 * @param done about when the open ones will have been sent; empty while that cannot be said
 * @param problem what the destination said last when it put mails off; empty when it takes them
 */
public record LaneProgress(
        String name,
        long total,
        long handedOver,
        long open,
        long deferred,
        Optional<Instant> nextTry,
        Optional<Instant> done,
        String problem) {
    /** How much of it is handed over, rounded down. */
    public int percent() {
        return total == 0 ? 100 : (int) (100 * handedOver / total);
    }
}
