package org.todoku.appliance.delivery;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.todoku.appliance.message.MessageId;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.store.Row;

/**
 * How far a message is, destination by destination, and when it will be done. Thread-safe.
 *
 * <p>The numbers are the ledger's; the speed is what this process saw, so that after a start there
 * is no estimate for two seconds.
 */
public final class Progress {
    private final Database database;
    private final InstantSource clock;
    private final Dispatcher dispatcher;

    public Progress(Database database, InstantSource clock, Dispatcher dispatcher) {
        this.database = database;
        this.clock = clock;
        this.dispatcher = dispatcher;
    }

    private record Part(String destination, Outcome outcome, long count, Optional<Instant> next) {}

    /** The destinations of a message, those with the most mails first. */
    public List<LaneProgress> of(MessageId message) {
        List<Part> parts =
                database.read(
                        tx ->
                                tx.query(
                                        """
                                        SELECT destination, outcome, COUNT(*) AS n, MIN(next_attempt) AS next_attempt
                                        FROM delivery WHERE message_id = ? GROUP BY destination, outcome"""
                                                + tx.dialect().stale(),
                                        Progress::part,
                                        message.value()));
        Map<String, List<Part>> lanes =
                parts.stream()
                        .collect(
                                Collectors.groupingBy(
                                        Part::destination, TreeMap::new, Collectors.toList()));
        Map<String, LaneStatus> status =
                dispatcher.status().lanes().stream()
                        .collect(Collectors.toMap(LaneStatus::name, Function.identity()));
        Map<String, Double> seconds = Forecast.seconds(courses(message, lanes, status));
        Instant now = clock.instant();
        List<LaneProgress> all = new ArrayList<>();
        lanes.forEach(
                (name, of) ->
                        all.add(
                                new LaneProgress(
                                        name,
                                        of.stream().mapToLong(Part::count).sum(),
                                        count(of, Outcome.HANDED_OVER),
                                        open(of),
                                        count(of, Outcome.DEFERRED),
                                        nextTry(of),
                                        Optional.ofNullable(seconds.get(name)).map(s -> in(now, s)),
                                        status.containsKey(name)
                                                ? status.get(name).problem()
                                                : "")));
        all.sort(Comparator.comparingLong(LaneProgress::total).reversed());
        return all;
    }

    private List<Forecast.Course> courses(
            MessageId message, Map<String, List<Part>> lanes, Map<String, LaneStatus> status) {
        long now = System.nanoTime();
        List<Forecast.Course> courses = new ArrayList<>();
        lanes.forEach(
                (name, of) -> {
                    LaneStatus lane = status.get(name);
                    boolean rests = lane != null && !lane.rest().isZero();
                    boolean heldBack = lane != null && !lane.problem().isEmpty();
                    double rate =
                            rests ? 0 : dispatcher.tempo().perSecond(message.value(), name, now);
                    courses.add(new Forecast.Course(name, open(of), rate, rests || heldBack));
                });
        return courses;
    }

    private static Instant in(Instant now, double seconds) {
        return now.plus(Duration.ofMillis((long) (seconds * 1000)));
    }

    private static long open(List<Part> parts) {
        return count(parts, Outcome.QUEUED) + count(parts, Outcome.CLAIMED);
    }

    private static long count(List<Part> parts, Outcome outcome) {
        return parts.stream().filter(p -> p.outcome == outcome).mapToLong(Part::count).sum();
    }

    private static Optional<Instant> nextTry(List<Part> parts) {
        return parts.stream()
                .filter(p -> p.outcome == Outcome.DEFERRED)
                .flatMap(p -> p.next.stream())
                .findFirst();
    }

    private static Part part(Row row) {
        return new Part(
                row.text("destination"),
                Outcome.parse(row.text("outcome")).orElseThrow(),
                row.longValue("n"),
                row.optionalInstant("next_attempt"));
    }
}
