package org.todoku.appliance.continuity;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.kernel.Ids;
import org.todoku.appliance.kernel.NamedLoop;
import org.todoku.appliance.store.Database;

/**
 * Writes down when storage and archive changed, for the incident report. Looks twice a second; what
 * cannot be written now, because writes are refused, is kept in memory (1,000 changes) with its own
 * time and written when it can be. Nobody waits for it.
 */
public final class MachineEvents {
    private static final Duration LOOK = Duration.ofMillis(500);
    private static final int WAITING = 1000;
    private static final int LONGEST = 500;

    private final Database database;
    private final Ids ids;
    private final InstantSource clock;
    private final Supplier<MachineState> state;
    private final Deque<Event> waiting = new ArrayDeque<>();
    private final NamedLoop loop = new NamedLoop("machine-events", this::look);
    private @Nullable MachineState last;

    private record Event(Instant at, String kind, String state, String detail) {}

    /**
     * @param state from memory, without waiting
     */
    public MachineEvents(
            Database database, Ids ids, InstantSource clock, Supplier<MachineState> state) {
        this.database = database;
        this.ids = ids;
        this.clock = clock;
        this.state = state;
    }

    /** Begins with an event that says that the server was started, and how. */
    public void start(String how) {
        add(new Event(clock.instant(), "server", "started", how));
        loop.start();
    }

    /** The last event says that the server was stopped on purpose. */
    public void stop(Duration deadline) throws InterruptedException {
        if (loop.stop(deadline)) {
            add(new Event(clock.instant(), "server", "stopped", ""));
            write();
        }
    }

    Duration look() {
        MachineState now = state.get();
        MachineState before =
                last == null ? new MachineState("", "", "", "", MachineState.NO_DEVICE) : last;
        Instant at = clock.instant();
        if (!now.storage().equals(before.storage())) {
            add(new Event(at, "storage", now.storage(), now.detail()));
        }
        if (!now.writes().equals(before.writes())) {
            add(new Event(at, "writes", now.writes(), now.detail()));
        }
        if (!now.archive().equals(before.archive())) {
            add(new Event(at, "archive", now.archive(), now.detail()));
        }
        MachineState.Device device = now.device();
        if (!device.verdict().isEmpty() && !device.verdict().equals(before.device().verdict())) {
            add(new Event(at, "device", device.verdict(), device.line()));
        }
        last = now;
        write();
        return LOOK;
    }

    private void add(Event event) {
        if (waiting.size() >= WAITING) {
            waiting.removeFirst();
        }
        waiting.addLast(event);
    }

    private void write() {
        List<Event> batch = new ArrayList<>(waiting);
        if (batch.isEmpty()) {
            return;
        }
        try {
            database.change(
                    tx ->
                            tx.batch(
                                    """
                                    INSERT INTO machine_event(id, happened, kind, state, detail)
                                    VALUES (?, ?, ?, ?, ?)""",
                                    batch.stream().map(this::row).toList()));
            waiting.clear();
        } catch (FaultException e) {
            // They wait: that writes are refused is just what they tell. A commit whose outcome is
            // unknown may store an event twice, which the report shows as it is.
        }
    }

    private @Nullable Object[] row(Event event) {
        String detail =
                event.detail.length() > LONGEST ? event.detail.substring(0, LONGEST) : event.detail;
        return new @Nullable Object[] {ids.next(), event.at, event.kind, event.state, detail};
    }
}
