package org.todoku.appliance.delivery;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.kernel.NamedLoop;
import org.todoku.appliance.store.Database;

/**
 * Writes outcomes in batches: after 200 ms or 100 rows, whichever is first.
 *
 * <p>While storage refuses, outcomes wait here; there are never more of them than claimed rows,
 * which the dispatcher bounds. Should the process die first, their rows are in doubt, which is
 * honest.
 */
final class OutcomeBook {
    private static final Logger LOG = LoggerFactory.getLogger(OutcomeBook.class);
    private static final Duration LONGEST_WAIT = Duration.ofMillis(200);
    private static final int MOST_ROWS = 100;

    /** No page waits for this write, and giving up would put known outcomes in doubt. */
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    private final Database database;
    private final InstantSource clock;
    private final AddressForms forms;
    private final BlockingQueue<Entry> entries = new LinkedBlockingQueue<>();
    private final List<Entry> unwritten = new ArrayList<>();
    private final Tempo tempo = new Tempo();
    private final AtomicLong handedOver = new AtomicLong();
    private final NamedLoop loop;

    private record Entry(Report report, Runnable recorded) {}

    OutcomeBook(Database database, InstantSource clock, AddressForms forms) {
        this.database = database;
        this.clock = clock;
        this.forms = forms;
        this.loop = new NamedLoop("outcomes", this::step);
    }

    /** Writes it soon; the callback runs when that is committed. */
    void note(Report report, Runnable recorded) {
        entries.add(new Entry(report, recorded));
    }

    Tempo tempo() {
        return tempo;
    }

    long handedOver() {
        return handedOver.get();
    }

    void start() {
        loop.start();
    }

    /** Writes what is there and stops. To be called when nothing more is noted. */
    boolean stop(Duration deadline) throws InterruptedException {
        boolean ended = loop.stop(deadline);
        if (!ended) {
            return false;
        }
        entries.drainTo(unwritten);
        try {
            write();
            return true;
        } catch (FaultException e) {
            LOG.warn(
                    "{} outcomes could not be written and will be in doubt: {}",
                    unwritten.size(),
                    e.getMessage());
            return false;
        }
    }

    private Duration step() throws InterruptedException {
        long end = System.nanoTime() + LONGEST_WAIT.toNanos();
        while (unwritten.size() < MOST_ROWS) {
            Entry entry = entries.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (entry == null) {
                break;
            }
            unwritten.add(entry);
            entries.drainTo(unwritten, MOST_ROWS - unwritten.size());
        }
        if (!unwritten.isEmpty() && database.gate().isFenced()) {
            LOG.warn(
                    "another host has taken over: it will show {} mails in doubt that were answered"
                            + " here",
                    unwritten.size());
            unwritten.forEach(entry -> entry.recorded.run());
            unwritten.clear();
        }
        write();
        return Duration.ZERO;
    }

    /** On failure the entries stay for the next step. */
    private void write() {
        if (unwritten.isEmpty()) {
            return;
        }
        Map<Outbox, List<Report>> byOutbox = new LinkedHashMap<>();
        unwritten.forEach(
                entry ->
                        byOutbox.computeIfAbsent(
                                        entry.report.parcel().outbox(), o -> new ArrayList<>())
                                .add(entry.report));
        Map<String, Boolean> learnt = forms.unsaved();
        Boolean written =
                database.writeWithin(
                        DEADLINE,
                        tx -> {
                            byOutbox.forEach(
                                    (outbox, reports) ->
                                            outbox.record(tx, reports, clock.instant()));
                            AddressForms.write(tx, learnt);
                            return Boolean.TRUE;
                        });
        assert written;
        forms.saved(learnt);
        tempo.note(unwritten.stream().map(Entry::report).toList(), System.nanoTime());
        for (Entry entry : unwritten) {
            if (entry.report.outcome() == Outcome.HANDED_OVER) {
                handedOver.incrementAndGet();
            }
            entry.recorded.run();
        }
        unwritten.clear();
    }
}
