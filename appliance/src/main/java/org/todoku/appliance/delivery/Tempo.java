package org.todoku.appliance.delivery;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How many mails a second were settled lately, by message and destination. Thread-safe.
 *
 * <p>Looks back 8 seconds: claims come in bursts of about a second, and a shorter look would show
 * these.
 */
final class Tempo {
    private static final long LOOK_BACK = Duration.ofSeconds(8).toNanos();
    private static final long LEAST = Duration.ofSeconds(2).toNanos();

    private final Map<Key, Deque<Batch>> seen = new HashMap<>();

    private record Key(long message, String destination) {}

    private record Batch(long at, int count) {}

    /** These are settled as of now; those that will be tried again do not count. */
    synchronized void note(List<Report> reports, long now) {
        Map<Key, Integer> counts = new HashMap<>();
        for (Report report : reports) {
            if (report.outcome() != Outcome.QUEUED && report.outcome() != Outcome.DEFERRED) {
                Parcel parcel = report.parcel();
                counts.merge(new Key(parcel.group(), parcel.destination()), 1, Integer::sum);
            }
        }
        counts.forEach(
                (key, count) ->
                        seen.computeIfAbsent(key, k -> new ArrayDeque<>())
                                .add(new Batch(now, count)));
        seen.values().forEach(batches -> forget(batches, now));
        seen.values().removeIf(Deque::isEmpty);
    }

    /** Mails a second; 0 while it is not known. */
    synchronized double perSecond(long message, String destination, long now) {
        Deque<Batch> batches = seen.getOrDefault(new Key(message, destination), new ArrayDeque<>());
        forget(batches, now);
        if (batches.isEmpty() || now - batches.getFirst().at < LEAST) {
            return 0;
        }
        // The first began the time that the others took.
        int count = batches.stream().skip(1).mapToInt(Batch::count).sum();
        return count * 1e9 / (now - batches.getFirst().at);
    }

    private static void forget(Deque<Batch> batches, long now) {
        while (!batches.isEmpty() && now - batches.getFirst().at > LOOK_BACK) {
            batches.removeFirst();
        }
    }
}
