package org.todoku.appliance.delivery;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One relay with its pace and its circuit breaker, shared by all its connections. Thread-safe. */
final class Route {
    private static final Logger LOG = LoggerFactory.getLogger(Route.class);
    private static final Duration FIRST_REST = Duration.ofSeconds(2);
    private static final Duration LONGEST_REST = Duration.ofMinutes(1);

    private final Relay relay;
    private final Pace pace;
    private final InstantSource clock;
    private volatile Health health = new Health(Instant.MIN, 0, "");

    private record Health(Instant downUntil, int failures, String problem) {}

    Route(Relay relay, InstantSource clock) {
        this.relay = relay;
        this.pace = new Pace(relay.ratePerSecond());
        this.clock = clock;
    }

    Relay relay() {
        return relay;
    }

    Pace pace() {
        return pace;
    }

    boolean usable() {
        return !clock.instant().isBefore(health.downUntil);
    }

    Optional<String> problem() {
        Health now = health;
        return now.failures == 0 ? Optional.empty() : Optional.of(now.problem);
    }

    synchronized void worked() {
        Health before = health;
        if (before.failures > 0) {
            health = new Health(Instant.MIN, 0, "");
            LOG.info("relay {} works again", relay.name());
        }
    }

    /**
     * Rests the relay, longer after each failure in a row; failures of its other connections count
     * once.
     */
    synchronized void failed(String why) {
        Health before = health;
        if (!usable()) {
            return;
        }
        Duration rest = FIRST_REST.multipliedBy(1L << Math.min(before.failures, 5));
        Duration bounded = rest.compareTo(LONGEST_REST) > 0 ? LONGEST_REST : rest;
        health = new Health(clock.instant().plus(bounded), before.failures + 1, why);
        LOG.warn("relay {} failed, rests {} s: {}", relay.name(), bounded.toSeconds(), why);
    }
}
