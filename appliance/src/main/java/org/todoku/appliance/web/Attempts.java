package org.todoku.appliance.web;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Counts failed attempts per key (a mail address, a network address) in memory. After the limit the
 * key waits until its window is over. Bounded: the oldest keys are forgotten first, which favours
 * availability; passwords are slow to check anyway. Thread-safe.
 */
public final class Attempts {
    private static final int MAX_KEYS = 10_000;

    private final int limit;
    private final Duration window;
    private final InstantSource clock;
    private final Map<String, Tally> tallies = new LinkedHashMap<>();

    private record Tally(Instant until, int count) {}

    public Attempts(int limit, Duration window, InstantSource clock) {
        this.limit = limit;
        this.window = window;
        this.clock = clock;
    }

    /** Whether the key may try now. */
    public synchronized boolean allowed(String key) {
        Tally tally = tallies.get(key);
        return tally == null || tally.count() < limit || !clock.instant().isBefore(tally.until());
    }

    /** Notes a failure. */
    public synchronized void failed(String key) {
        Instant now = clock.instant();
        Tally tally = tallies.remove(key);
        boolean fresh = tally == null || !now.isBefore(tally.until());
        tallies.put(
                key,
                fresh
                        ? new Tally(now.plus(window), 1)
                        : new Tally(tally.until(), tally.count() + 1));
        if (tallies.size() > MAX_KEYS) {
            tallies.remove(tallies.keySet().iterator().next());
        }
    }

    /** Forgets the failures of a key that succeeded. */
    public synchronized void succeeded(String key) {
        tallies.remove(key);
    }
}
