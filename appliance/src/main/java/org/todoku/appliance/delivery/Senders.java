package org.todoku.appliance.delivery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.todoku.appliance.store.WriteGate;

/**
 * The senders: one thread and one connection for each connection that a relay allows.
 *
 * <p>Servers are tried in the order that the {@link Routing} gives. One that cannot be reached
 * rests for a while, and the same mail, certainly not sent, goes to the next one.
 */
final class Senders {
    private static final Logger LOG = LoggerFactory.getLogger(Senders.class);
    private static final long LOOK_NANOS = 100_000_000;
    private static final Duration IDLE = Duration.ofSeconds(20);

    private final Routing routing;
    private final OutcomeBook book;
    private final Judge judge;
    private final Setting setting;
    private final Lanes lanes;
    private final List<Thread> senders = new ArrayList<>();
    private volatile boolean stopping;

    /**
     * One claimed mail.
     *
     * @param recorded to be run once its outcome is in the ledger
     */
    record Job(Parcel parcel, Runnable recorded) {}

    Senders(Routing routing, Lanes lanes, OutcomeBook book, Judge judge, Setting setting) {
        this.routing = routing;
        this.lanes = lanes;
        this.book = book;
        this.judge = judge;
        this.setting = setting;
    }

    /**
     * What all of them share.
     *
     * @param helo how this machine calls itself
     * @param forms in which form addresses are taken
     * @param gate by which it is known whether this host is the one to send
     * @param starved told when a connection finds nothing to send
     */
    record Setting(String helo, AddressForms forms, WriteGate gate, Runnable starved) {}

    /** False while nothing can be sent at all. */
    boolean usable() {
        return routing.usable();
    }

    Optional<String> problem() {
        return routing.problem();
    }

    void start() {
        for (int i = 0; i < routing.senders(); i++) {
            int index = i;
            senders.add(Thread.ofVirtual().name("sender-" + index).start(() -> run(index)));
        }
    }

    void submit(List<Job> jobs) {
        lanes.add(jobs);
    }

    /** Ends after the mails that are on their way; gives the others back as certainly not sent. */
    boolean stop(Duration deadline) throws InterruptedException {
        stopping = true;
        long end = System.nanoTime() + deadline.toNanos();
        boolean ended = true;
        for (Thread sender : senders) {
            ended &= sender.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
        }
        giveBack(lanes.drain(), "the server stopped");
        return ended;
    }

    private void giveBack(List<Job> jobs, String why) {
        jobs.forEach(job -> book.note(judge.unsent(job.parcel, why), job.recorded));
    }

    private void run(int index) {
        Connections connections = new Connections(setting.helo, setting.forms);
        try {
            long lastUse = System.nanoTime();
            while (!stopping) {
                // Who slept may have been taken over from: nothing leaves before that is known.
                Job job = setting.gate.slept() ? rest() : lanes.take(LOOK_NANOS);
                if (job != null && setting.gate.isFenced()) {
                    giveBack(List.of(job), "another host has taken over");
                    giveBack(lanes.sent(job, null, 0), "another host has taken over");
                } else if (job != null) {
                    work(job, index, connections);
                    lastUse = System.nanoTime();
                } else if (!lanes.hasWaiting()) {
                    setting.starved.run();
                }
                if (job == null && System.nanoTime() - lastUse > IDLE.toNanos()) {
                    connections.close();
                    lastUse = System.nanoTime();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            connections.close();
        }
    }

    private static @Nullable Job rest() throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(20);
        return null;
    }

    private void work(Job job, int index, Connections connections) throws InterruptedException {
        Tried tried = judge.tooLate(job.parcel) ? Tried.not(judge, job) : null;
        long begun = System.nanoTime();
        if (tried == null) {
            tried = send(job.parcel, index, connections);
        }
        book.note(tried.report, job.recorded);
        List<Job> back = lanes.sent(job, tried.result, System.nanoTime() - begun);
        if (!back.isEmpty()) {
            LOG.warn(
                    "{} puts mails off or is slow: {} others wait",
                    job.parcel.destination(),
                    back.size());
            giveBack(back, "the destination puts mails off or is slow");
        }
    }

    /** What the ledger is told, and what the lane learns. */
    private record Tried(Report report, @Nullable SendResult result) {
        static Tried not(Judge judge, Job job) {
            return new Tried(judge.expired(job.parcel), null);
        }
    }

    private Tried send(Parcel parcel, int index, Connections connections)
            throws InterruptedException {
        return switch (routing.choose(parcel, index)) {
            case Routing.Settled(SendResult result, String by) ->
                    new Tried(judge.report(parcel, result, by), result);
            case Routing.Through(List<Route> routes) -> send(parcel, routes, connections);
        };
    }

    private Tried send(Parcel parcel, List<Route> routes, Connections connections)
            throws InterruptedException {
        SendResult.Unsent last = new SendResult.Unsent("connect", "no relay can be reached");
        String by = "";
        for (Route route : routes) {
            if (!route.usable()) {
                last = new SendResult.Unsent("connect", route.problem().orElse(last.response()));
                continue;
            }
            route.pace().await();
            SendResult result = attempt(parcel, connections.to(route.relay()));
            by = route.relay().name();
            if (!(result instanceof SendResult.Unsent unsent)) {
                route.worked();
                return new Tried(judge.report(parcel, result, by), result);
            }
            last = unsent;
            if (!Judge.atRecipient(unsent)) {
                route.failed(unsent.response());
            }
        }
        SendResult end = Judge.atRecipient(last) ? last : routing.exhausted(last);
        return new Tried(judge.report(parcel, end, by), end);
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
