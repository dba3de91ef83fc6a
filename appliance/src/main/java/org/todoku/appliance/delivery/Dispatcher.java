package org.todoku.appliance.delivery;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.todoku.appliance.kernel.NamedLoop;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.store.Tx;

/**
 * Works the ledger off: claims rows durably, waits until the claim is in the archive, and only then
 * sends.
 *
 * <p>Costs: at most two claimed batches of up to 500 rows in memory, one thread and connection for
 * each connection of the relays. While one batch is sent the next is claimed and archived, so the
 * archive's latency does not lower the rate. If the process dies, only rows of those two batches
 * can be in doubt.
 *
 * <p>Call order: construct, {@link #start}, {@link #stop}; once each.
 */
public final class Dispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
    private static final Duration ARCHIVE_WAIT = Duration.ofSeconds(10);
    private static final Duration IDLE = Duration.ofMillis(300);
    private static final Duration REST = Duration.ofSeconds(1);
    private static final int SMALLEST_BATCH = 20;
    private static final int BATCH_WITHOUT_RATE = 200;
    private static final int LARGEST_BATCH = 500;
    private static final int BATCHES = 2;

    private final Database database;
    private final InstantSource clock;
    private final Durability durability;
    private final Duration archiveWait;
    private final List<Outbox> outboxes;
    private final OutcomeBook book;
    private final Judge judge;
    private final Lane lane;
    private final int batchSize;
    private final Semaphore slots = new Semaphore(BATCHES);
    private final AtomicInteger claimed = new AtomicInteger();
    private final AtomicLong unarchivedUrgent = new AtomicLong();
    private final NamedLoop loop;
    private volatile Optional<String> archiveProblem = Optional.empty();
    private volatile boolean paused;

    /** What the dispatcher works with, beside the database. */
    public record Parts(
            MailText texts, MailSettings settings, Durability durability, RandomGenerator random) {}

    public Dispatcher(Database database, InstantSource clock, Parts parts) {
        this(database, clock, parts, ARCHIVE_WAIT);
    }

    Dispatcher(Database database, InstantSource clock, Parts parts, Duration archiveWait) {
        this.database = database;
        this.clock = clock;
        this.durability = parts.durability;
        this.archiveWait = archiveWait;
        this.outboxes =
                List.of(
                        new LedgerOutbox(parts.texts, true),
                        new OutgoingMail.Box(parts.texts),
                        new LedgerOutbox(parts.texts, false));
        this.book = new OutcomeBook(database, clock);
        this.judge = new Judge(clock, parts.random);
        List<Relay> relays = parts.settings.relays();
        this.lane =
                new Lane(
                        relays.stream().map(r -> new Route(r, clock)).toList(),
                        book,
                        judge,
                        parts.settings.domain(),
                        database.gate());
        this.batchSize = batchSize(relays.isEmpty() ? 0 : relays.getFirst().ratePerSecond());
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
        book.start();
        lane.start();
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
        ended &= lane.stop(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
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
        if (slots.tryAcquire(BATCHES, patience.toMillis(), TimeUnit.MILLISECONDS)) {
            return true;
        }
        paused = false;
        wake();
        return false;
    }

    /** Ends {@link #pause}. */
    public void resume() {
        if (paused) {
            slots.release(BATCHES);
            paused = false;
            wake();
        }
    }

    public DispatchStatus status() {
        Optional<String> problem = lane.problem().or(() -> archiveProblem);
        return new DispatchStatus(
                (BATCHES - slots.availablePermits()) == 0 ? 0 : claimed.get(),
                book.handedOver(),
                unarchivedUrgent.get(),
                problem);
    }

    private Duration step() throws InterruptedException {
        if (paused || !lane.usable() || database.gate().isFenced()) {
            return REST;
        }
        if (!slots.tryAcquire(REST.toMillis(), TimeUnit.MILLISECONDS)) {
            return Duration.ZERO;
        }
        List<Parcel> parcels = List.of();
        try {
            parcels = database.write(this::claim);
        } finally {
            if (parcels.isEmpty()) {
                slots.release();
            }
        }
        if (parcels.isEmpty()) {
            claimed.set(0);
            return IDLE;
        }
        claimed.set(parcels.size());
        return release(parcels);
    }

    private List<Parcel> claim(Tx tx) {
        List<Parcel> parcels = new ArrayList<>();
        Instant now = clock.instant();
        for (Outbox outbox : outboxes) {
            if (parcels.size() < batchSize) {
                parcels.addAll(outbox.claim(tx, batchSize - parcels.size(), now));
            }
        }
        return parcels;
    }

    /** The claim is committed; now it must survive this machine before anything leaves. */
    private Duration release(List<Parcel> parcels) throws InterruptedException {
        Batch batch = new Batch(parcels.size(), slots);
        if (durability.awaitArchived(archiveWait)) {
            archiveProblem = Optional.empty();
            lane.submit(parcels, batch);
            return Duration.ZERO;
        }
        String why =
                "the archive did not confirm the claim within " + archiveWait.toSeconds() + " s";
        archiveProblem = Optional.of(why);
        if (database.gate().isFenced()) {
            // The claims are not in the line that the new host goes on from: it will send these.
            LOG.warn(
                    "{} claimed mails stay here unsent: another host has taken over",
                    parcels.size());
            return REST;
        }
        List<Parcel> urgent = parcels.stream().filter(Parcel::urgent).toList();
        LOG.warn(
                "{}: {} urgent mails go out all the same, {} others wait",
                why,
                urgent.size(),
                parcels.size() - urgent.size());
        unarchivedUrgent.addAndGet(urgent.size());
        lane.submit(urgent, batch);
        parcels.stream()
                .filter(parcel -> !parcel.urgent())
                .forEach(parcel -> book.note(judge.unsent(parcel, why), batch));
        return REST;
    }

    /**
     * About a second's worth: small enough that few are in doubt, large enough that claiming costs
     * little.
     */
    private static int batchSize(double ratePerSecond) {
        return ratePerSecond <= 0
                ? BATCH_WITHOUT_RATE
                : (int) Math.clamp(ratePerSecond, SMALLEST_BATCH, LARGEST_BATCH);
    }
}
