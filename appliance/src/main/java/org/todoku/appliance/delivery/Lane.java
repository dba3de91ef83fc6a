package org.todoku.appliance.delivery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.todoku.appliance.store.WriteGate;

/**
 * The senders: one thread and one connection for each connection that a relay allows.
 *
 * <p>Relays are tried in the order of the configuration. A relay that cannot be reached rests for a
 * while, and the same mail, certainly not sent, goes to the next one.
 */
final class Lane {
    private static final Logger LOG = LoggerFactory.getLogger(Lane.class);
    private static final Duration IDLE = Duration.ofSeconds(20);

    private final List<Route> routes;
    private final OutcomeBook book;
    private final Judge judge;
    private final String helo;
    private final WriteGate gate;
    private final LinkedBlockingQueue<Job> jobs = new LinkedBlockingQueue<>();
    private final List<Thread> senders = new ArrayList<>();
    private volatile boolean stopping;

    private record Job(Parcel parcel, Batch batch) {}

    Lane(List<Route> routes, OutcomeBook book, Judge judge, String helo, WriteGate gate) {
        this.routes = List.copyOf(routes);
        this.book = book;
        this.judge = judge;
        this.helo = helo;
        this.gate = gate;
    }

    /** True while at least one relay is not resting. */
    boolean usable() {
        return routes.stream().anyMatch(Route::usable);
    }

    Optional<String> problem() {
        return usable()
                ? Optional.empty()
                : routes.stream().flatMap(r -> r.problem().stream()).findFirst();
    }

    void start() {
        int connections = routes.stream().mapToInt(r -> r.relay().connections()).max().orElse(0);
        for (int i = 0; i < connections; i++) {
            int index = i;
            // A relay with fewer connections than another is used by the first threads only.
            List<Route> mine =
                    routes.stream().filter(r -> index < r.relay().connections()).toList();
            senders.add(Thread.ofVirtual().name("sender-" + index).start(() -> run(mine)));
        }
    }

    void submit(List<Parcel> parcels, Batch batch) {
        parcels.forEach(parcel -> jobs.add(new Job(parcel, batch)));
    }

    /** Ends after the mails that are on their way; gives the others back as certainly not sent. */
    boolean stop(Duration deadline) throws InterruptedException {
        stopping = true;
        long end = System.nanoTime() + deadline.toNanos();
        boolean ended = true;
        for (Thread sender : senders) {
            ended &= sender.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
        }
        List<Job> left = new ArrayList<>();
        jobs.drainTo(left);
        left.forEach(job -> book.note(judge.unsent(job.parcel, "the server stopped"), job.batch));
        return ended;
    }

    private void run(List<Route> mine) {
        Map<Route, RelayConnection> connections = new LinkedHashMap<>();
        mine.forEach(route -> connections.put(route, new RelayConnection(route.relay(), helo)));
        try {
            long lastUse = System.nanoTime();
            while (!stopping) {
                // Who slept may have been taken over from: nothing leaves before that is known.
                Job job = gate.slept() ? rest() : jobs.poll(100, TimeUnit.MILLISECONDS);
                if (job != null && gate.isFenced()) {
                    book.note(judge.unsent(job.parcel, "another host has taken over"), job.batch);
                } else if (job != null) {
                    book.note(send(job.parcel, connections), job.batch);
                    lastUse = System.nanoTime();
                } else if (System.nanoTime() - lastUse > IDLE.toNanos()) {
                    connections.values().forEach(RelayConnection::close);
                    lastUse = System.nanoTime();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            connections.values().forEach(RelayConnection::close);
        }
    }

    private static @Nullable Job rest() throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(20);
        return null;
    }

    private Report send(Parcel parcel, Map<Route, RelayConnection> connections)
            throws InterruptedException {
        if (judge.tooLate(parcel)) {
            return judge.expired(parcel);
        }
        Report last = judge.unsent(parcel, "no relay can be reached");
        for (Map.Entry<Route, RelayConnection> entry : connections.entrySet()) {
            Route route = entry.getKey();
            if (!route.usable()) {
                continue;
            }
            route.pace().await();
            SendResult result = attempt(parcel, entry.getValue());
            last = judge.report(parcel, result, route.relay().name());
            if (!(result instanceof SendResult.Unsent unsent)) {
                route.worked();
                return last;
            }
            if (!Judge.atRecipient(unsent)) {
                route.failed(unsent.response());
            }
        }
        return last;
    }

    /** A bug in writing one mail must not stop the lane; the mail was not sent then. */
    private static SendResult attempt(Parcel parcel, RelayConnection connection) {
        try {
            return connection.send(parcel);
        } catch (RuntimeException e) {
            LOG.error("mail {} could not be written", parcel.id(), e);
            return new SendResult.Temporary(
                    "connect", "the mail could not be written: " + e.getMessage());
        }
    }
}
