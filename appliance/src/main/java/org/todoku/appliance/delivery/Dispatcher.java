package org.todoku.appliance.delivery;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.todoku.appliance.delivery.bounce.Bounces;
import org.todoku.appliance.delivery.direct.Exchanges;
import org.todoku.appliance.kernel.NamedLoop;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.store.Tx;

/**
 * Works the ledger off: claims rows durably, waits until the claim is in the archive, and only then
 * sends.
 *
 * <p>Costs: as many claimed rows in memory as keep the connections busy, 4,000 at most, and one
 * thread and connection for each connection of the relays. While some are sent others are on their
 * way to the archive and the next are claimed, so the archive's latency does not lower the rate. If
 * the process dies, only these rows can be in doubt. What one destination does or leaves undone
 * holds up no other: see {@link Lanes}.
 *
 * <p>Call order: construct, {@link #start}, {@link #stop}; once each.
 */
public final class Dispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
    private static final Duration ARCHIVE_WAIT = Duration.ofSeconds(10);
    private static final Duration IDLE = Duration.ofMillis(300);
    private static final Duration REST = Duration.ofSeconds(1);
    private static final int SMTP = 25;
    private static final int LARGEST_BATCH = 500;
    private static final int SMALLEST_WINDOW = 40;
    private static final int FIRST_WINDOW = 500;
    private static final int FIRST_LOCAL_WINDOW = 100;
    private static final int LARGEST_WINDOW = 4000;

    private final Database database;
    private final InstantSource clock;
    private final Durability durability;
    private final Duration archiveWait;
    private final List<Outbox> outboxes;
    private final AddressForms forms;
    private final OutcomeBook book;
    private final Judge judge;
    private final Lanes lanes;
    private final Senders senders;
    private final Window window;
    private final Claims claims = new Claims();
    private final AtomicLong unarchivedUrgent = new AtomicLong();
    private final NamedLoop loop;
    private volatile Optional<String> archiveProblem = Optional.empty();
    private volatile boolean paused;
    private volatile boolean hungry;

    /**
     * What the dispatcher works with, beside the database.
     *
     * @param exchanges where mail goes that goes straight to its receivers
     */
    public record Parts(
            MailText texts,
            MailSettings settings,
            Bounces bounces,
            Durability durability,
            Exchanges exchanges,
            RandomGenerator random) {
        private Routing routing(InstantSource clock) {
            return settings.direct()
                    ? new DirectRouting(exchanges, clock, SMTP)
                    : new RelayRouting(settings.relays(), clock);
        }
    }

    public Dispatcher(Database database, InstantSource clock, Parts parts) {
        this(database, clock, parts, ARCHIVE_WAIT);
    }

    Dispatcher(Database database, InstantSource clock, Parts parts, Duration archiveWait) {
        this(database, clock, parts, archiveWait, parts.routing(clock));
    }

    Dispatcher(
            Database database,
            InstantSource clock,
            Parts parts,
            Duration archiveWait,
            Routing routing) {
        this.database = database;
        this.clock = clock;
        this.durability = parts.durability;
        this.archiveWait = archiveWait;
        // The first holds the urgent ones.
        this.outboxes =
                List.of(
                        new LedgerOutbox(parts.texts, parts.bounces, true),
                        new OutgoingMail.Box(parts.texts),
                        new LedgerOutbox(parts.texts, parts.bounces, false));
        this.forms = new AddressForms();
        this.book = new OutcomeBook(database, clock, forms);
        this.judge = new Judge(clock, parts.random);
        List<Relay> relays = parts.settings.relays();
        double rate = relays.isEmpty() ? 0 : relays.getFirst().ratePerSecond();
        this.window = new Window(firstWindow(rate, durability.isImmediate()), largestWindow(rate));
        this.lanes = new Lanes(window::limit, routing.connectionsEach());
        this.senders =
                new Senders(
                        routing,
                        lanes,
                        book,
                        judge,
                        new Senders.Setting(
                                parts.settings.domain(), forms, database.gate(), window::starved));
        this.loop = new NamedLoop("dispatcher", this::step);
    }

    /** Settles what an earlier process left, then begins to send. */
    public void start() {
        Integer left =
                database.write(
                        tx ->
                                outboxes.stream()
                                        .mapToInt(outbox -> outbox.recover(tx, clock.instant()))
                                        .sum());
        if (left > 0) {
            LOG.warn("{} mails were claimed by a process that died; they are in doubt now", left);
        }
        forms.load(database);
        book.start();
        senders.start();
        loop.start();
    }

    /** Looks for work now and not at the next turn. */
    public void wake() {
        loop.wake();
    }

    /**
     * Ends after the mails on their way and records what is known; false when the deadline passed
     * first.
     */
    public boolean stop(Duration deadline) throws InterruptedException {
        long end = System.nanoTime() + deadline.toNanos();
        boolean ended = loop.stop(deadline);
        ended &= claims.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
        ended &= senders.stop(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
        return book.stop(Duration.ofNanos(Math.max(1_000_000_000L, end - System.nanoTime())))
                && ended;
    }

    /**
     * Claims nothing more and waits until the outcome of all that is claimed is recorded.
     *
     * @return false when that took longer: then it goes on
     */
    public boolean pause(Duration patience) throws InterruptedException {
        if (paused) {
            return true;
        }
        paused = true;
        if (window.close(patience)) {
            return true;
        }
        paused = false;
        wake();
        return false;
    }

    /** Ends {@link #pause}. */
    public void resume() {
        if (paused) {
            window.open();
            paused = false;
            wake();
        }
    }

    Tempo tempo() {
        return book.tempo();
    }

    public DispatchStatus status() {
        Optional<String> problem = senders.problem().or(() -> archiveProblem);
        return new DispatchStatus(
                window.held(), book.handedOver(), unarchivedUrgent.get(), problem, lanes.status());
    }

    private Duration step() throws InterruptedException {
        if (paused || !senders.usable() || database.gate().isFenced()) {
            return REST;
        }
        int room = window.take(LARGEST_BATCH, REST);
        boolean all = room > 0;
        if (!all) {
            room = window.takeBeyond(LARGEST_BATCH);
        }
        int wanted = room;
        List<Parcel> parcels = List.of();
        try {
            parcels = wanted == 0 ? parcels : database.write(tx -> claim(tx, wanted, all));
        } finally {
            window.give(wanted - parcels.size());
        }
        hungry = parcels.isEmpty();
        if (parcels.isEmpty()) {
            return all ? IDLE : Duration.ZERO;
        }
        List<Parcel> claimed = parcels;
        lanes.claimed(claimed);
        claims.await(() -> release(claimed));
        return archiveProblem.isPresent() ? REST : Duration.ZERO;
    }

    private List<Parcel> claim(Tx tx, int limit, boolean all) {
        Instant now = clock.instant();
        List<Parcel> parcels = new ArrayList<>();
        Map<String, Integer> taken = new HashMap<>();
        for (Outbox outbox : all ? outboxes : outboxes.subList(0, 1)) {
            int left = limit - parcels.size();
            if (left > 0) {
                boolean urgent = outbox.equals(outboxes.getFirst());
                var demand =
                        new Outbox.Demand(
                                left,
                                lanes.closed(urgent),
                                destination -> lanes.room(destination, urgent),
                                taken);
                parcels.addAll(outbox.claim(tx, demand, now));
            }
        }
        return parcels;
    }

    /** The parcel's row is decided: it can be in doubt no more, and another may be claimed. */
    private void recorded(Parcel parcel) {
        lanes.recorded(parcel);
        window.recorded();
        // There may have been nothing to claim but for a destination that had its share.
        if (hungry && lanes.room(parcel.destination(), false) >= window.limit() / 8) {
            hungry = false;
            loop.wake();
        }
    }

    private List<Senders.Job> jobs(List<Parcel> parcels) {
        return parcels.stream()
                .map(parcel -> new Senders.Job(parcel, () -> recorded(parcel)))
                .toList();
    }

    /** The claim is committed; now it must survive this machine before anything leaves. */
    private void release(List<Parcel> parcels) throws InterruptedException {
        if (durability.awaitArchived(archiveWait)) {
            archiveProblem = Optional.empty();
            senders.submit(jobs(parcels));
            return;
        }
        String why =
                "the archive did not confirm the claim within " + archiveWait.toSeconds() + " s";
        archiveProblem = Optional.of(why);
        if (database.gate().isFenced()) {
            // The claims are not in the line that the new host goes on from: it will send these.
            LOG.warn(
                    "{} claimed mails stay here unsent: another host has taken over",
                    parcels.size());
            parcels.forEach(this::recorded);
            return;
        }
        List<Parcel> urgent = parcels.stream().filter(Parcel::urgent).toList();
        LOG.warn(
                "{}: {} urgent mails go out all the same, {} others wait",
                why,
                urgent.size(),
                parcels.size() - urgent.size());
        unarchivedUrgent.addAndGet(urgent.size());
        senders.submit(jobs(urgent));
        parcels.stream()
                .filter(parcel -> !parcel.urgent())
                .forEach(parcel -> book.note(judge.unsent(parcel, why), () -> recorded(parcel)));
    }

    /** What is likely to be enough: a claim is about a second on its way to the archive. */
    private static int firstWindow(double ratePerSecond, boolean immediate) {
        int usual = immediate ? FIRST_LOCAL_WINDOW : FIRST_WINDOW;
        double seconds = immediate ? 0.5 : 1.5;
        return ratePerSecond <= 0
                ? usual
                : (int) Math.clamp(seconds * ratePerSecond, Math.min(20, usual), usual);
    }

    /** A first relay with a rate sets the bound: four seconds of it. */
    private static int largestWindow(double ratePerSecond) {
        return ratePerSecond <= 0
                ? LARGEST_WINDOW
                : (int) Math.clamp(4 * ratePerSecond, SMALLEST_WINDOW, LARGEST_WINDOW);
    }
}
