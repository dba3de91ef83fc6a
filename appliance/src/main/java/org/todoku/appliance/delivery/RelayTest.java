package org.todoku.appliance.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Whether a relay would take mail, without sending any: connected, protected and signed in as for a
 * mail, and then only asked whether it is there.
 *
 * @param problem what it said, or why it could not be asked; empty when all is well
 */
public record RelayTest(String relay, Instant at, Duration took, Optional<String> problem) {
    /** Asks it now; waits for the relay, a minute at most for each answer. */
    public static RelayTest of(Relay relay, String helo, Instant at) {
        long begun = System.nanoTime();
        Optional<String> problem = new RelayConnection(relay, helo).check();
        return new RelayTest(
                relay.name(), at, Duration.ofNanos(System.nanoTime() - begun), problem);
    }
}
