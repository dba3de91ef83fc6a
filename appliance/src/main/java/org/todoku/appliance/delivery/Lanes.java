package org.todoku.appliance.delivery;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The claimed mails, a lane for each destination, so that one that blocks or crawls holds up no
 * other: in 2018 three thousand refusals of a few free-mail domains made 1.9 million warnings to
 * others up to two hours late (FIELD-NOTES 2.3). Thread-safe.
 *
 * <p>Lanes take turns; urgent mails of any lane come first. No lane holds more than its share of
 * what is claimed, and a slow one no more than a quarter of the connections.
 */
final class Lanes {
    /** What a lane may hold while it is not known to be slow: half of all. */
    private static final int SHARE = 2;

    /** More than are ever claimed at once. */
    private static final int URGENT = 1_000_000;

    private final IntSupplier most;
    private final int connections;
    private final Map<String, Lane> lanes = new LinkedHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private int next;

    /**
     * @param most mails that are claimed at once
     * @param connections how many are sent at once
     */
    Lanes(IntSupplier most, int connections) {
        this.most = most;
        this.connections = connections;
    }

    /** These count against the room of their lanes from now on; {@link #recorded} ends it. */
    void claimed(List<Parcel> parcels) {
        lock.lock();
        try {
            parcels.forEach(parcel -> lane(parcel).hold());
        } finally {
            lock.unlock();
        }
    }

    /** To be sent: the claim is safe. */
    void add(List<Senders.Job> jobs) {
        lock.lock();
        try {
            for (Senders.Job job : jobs) {
                lane(job.parcel()).add(job);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The next mail to send, when there is one within this time. */
    Senders.@Nullable Job take(long patienceNanos) throws InterruptedException {
        lock.lock();
        try {
            long left = patienceNanos;
            while (true) {
                Senders.Job job = ready();
                if (job != null || left <= 0) {
                    return job;
                }
                // Also for the lane whose turn comes without anybody's doing.
                long turn = Math.min(left, 5_000_000);
                left -= turn - Math.max(0, changed.awaitNanos(turn));
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * One that was taken is over.
     *
     * @param result null when it was not tried
     * @return those that are not sent now because its destination rests
     */
    List<Senders.Job> sent(Senders.Job job, @Nullable SendResult result, long nanos) {
        lock.lock();
        try {
            List<Senders.Job> back = lane(job.parcel()).sent(result, nanos, System.nanoTime());
            changed.signalAll();
            return back;
        } finally {
            lock.unlock();
        }
    }

    /** The outcome of one is in the ledger. */
    void recorded(Parcel parcel) {
        lock.lock();
        try {
            Lane lane = lanes.get(parcel.destination());
            if (lane != null) {
                lane.recorded();
                if (lane.isIdle()) {
                    lanes.remove(lane.name());
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Takes out what nobody sends any more. */
    List<Senders.Job> drain() {
        lock.lock();
        try {
            List<Senders.Job> left = new ArrayList<>();
            for (Lane lane : lanes.values()) {
                left.addAll(lane.drain());
            }
            return left;
        } finally {
            lock.unlock();
        }
    }

    /** Destinations for which nothing more is to be claimed now. */
    Set<String> closed(boolean urgent) {
        lock.lock();
        try {
            Set<String> closed = new HashSet<>();
            for (Lane lane : lanes.values()) {
                if (room(lane, urgent) <= 0) {
                    closed.add(lane.name());
                }
            }
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /**
     * How many more may be claimed for a destination. Urgent mails do not wait for others to make
     * room, only for a destination that rests.
     */
    int room(String destination, boolean urgent) {
        lock.lock();
        try {
            Lane lane = lanes.get(destination);
            if (lane == null) {
                return urgent ? URGENT : share();
            }
            return room(lane, urgent);
        } finally {
            lock.unlock();
        }
    }

    /** Whether any mail waits for a connection, be it that its destination rests. */
    boolean hasWaiting() {
        lock.lock();
        try {
            return lanes.values().stream().anyMatch(Lane::hasWaiting);
        } finally {
            lock.unlock();
        }
    }

    List<LaneStatus> status() {
        lock.lock();
        try {
            long now = System.nanoTime();
            return lanes.values().stream()
                    .map(lane -> lane.status(now))
                    .sorted(Comparator.comparing(LaneStatus::name))
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    private int room(Lane lane, boolean urgent) {
        if (lane.rests(System.nanoTime())) {
            return 0;
        }
        return urgent
                ? lane.limit(URGENT) + Lane.FEW - lane.held()
                : lane.limit(share()) - lane.held();
    }

    private Senders.@Nullable Job ready() {
        long now = System.nanoTime();
        List<Lane> all = List.copyOf(lanes.values());
        for (boolean urgent : new boolean[] {true, false}) {
            for (int i = 0; i < all.size(); i++) {
                Lane lane = all.get((next + i) % all.size());
                if ((!urgent || lane.hasUrgent()) && lane.isReady(now, connections)) {
                    next = (next + i + 1) % all.size();
                    return lane.take(now);
                }
            }
        }
        return null;
    }

    private int share() {
        return Math.max(1, most.getAsInt() / SHARE);
    }

    private Lane lane(Parcel parcel) {
        return lanes.computeIfAbsent(parcel.destination(), Lane::new);
    }
}
