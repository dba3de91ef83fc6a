package org.todoku.appliance.delivery;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The mails for one destination that are claimed, and how that destination fares: a circuit breaker
 * and a pace that it teaches us. Guarded by {@link Lanes}.
 *
 * <p>A destination that puts mails off (4xx) five times in a row rests, longer each time it does it
 * again; then one mail at a time tries. While it puts off now and then, mails to it keep a distance
 * that doubles, and shrinks again as mails are taken.
 */
final class Lane {
    private static final int PUT_OFF_IN_A_ROW = 5;
    private static final Duration FIRST_REST = Duration.ofSeconds(30);
    private static final Duration LONGEST_REST = Duration.ofMinutes(10);
    private static final long FIRST_GAP_NANOS = 50_000_000;
    private static final long LONGEST_GAP_NANOS = 5_000_000_000L;
    private static final int TAKEN_IN_A_ROW = 20;

    /** What one that is slow or trying may hold. */
    static final int FEW = 20;

    private static final long SLOW_NANOS = 2_000_000_000L;

    private final String name;
    private final Deque<Senders.Job> urgent = new ArrayDeque<>();
    private final Deque<Senders.Job> others = new ArrayDeque<>();
    private int held;
    private int sending;
    private int putOff;
    private int taken;
    private int rests;
    private long restUntil;
    private long gap;
    private long turn;
    private long lastTook;
    private String problem = "";

    Lane(String name) {
        this.name = name;
    }

    String name() {
        return name;
    }

    /** One more is claimed. */
    void hold() {
        held++;
    }

    void add(Senders.Job job) {
        (job.parcel().urgent() ? urgent : others).add(job);
    }

    /** Claimed and not yet recorded. */
    int held() {
        return held;
    }

    void recorded() {
        held--;
    }

    boolean isIdle() {
        return held == 0 && rests == 0 && gap == 0;
    }

    boolean rests(long now) {
        return rests > 0 && now - restUntil < 0;
    }

    boolean hasWaiting() {
        return !urgent.isEmpty() || !others.isEmpty();
    }

    boolean hasUrgent() {
        return !urgent.isEmpty();
    }

    /** Whether a mail may go there now. */
    boolean isReady(long now, int connections) {
        if ((urgent.isEmpty() && others.isEmpty()) || rests(now)) {
            return false;
        }
        boolean trying = rests > 0 || lastTook > SLOW_NANOS;
        int most = trying ? Math.max(1, connections / 4) : connections;
        return sending < (rests > 0 ? 1 : most) && (gap == 0 || now - turn >= 0);
    }

    Senders.Job take(long now) {
        sending++;
        turn = now + gap;
        return urgent.isEmpty() ? others.remove() : urgent.remove();
    }

    /**
     * What became of one.
     *
     * @param result null when it was not tried
     * @return those that wait here and had better be given back, because this lane rests now, or is
     *     too slow for so many
     */
    List<Senders.Job> sent(@Nullable SendResult result, long nanos, long now) {
        sending--;
        if (result == null) {
            return none();
        }
        lastTook = nanos;
        List<Senders.Job> back = learn(result, now);
        if (isSlow()) {
            while (others.size() > FEW) {
                back.add(others.removeLast());
            }
        }
        return back;
    }

    private List<Senders.Job> learn(SendResult result, long now) {
        return switch (result) {
            case SendResult.Accepted accepted -> good();
            // Refused for good is an answer: the destination works.
            case SendResult.Permanent refused -> good();
            case SendResult.Temporary later -> bad(later.response(), now);
            case SendResult.Unsent cut ->
                    Judge.atRecipient(cut) ? bad(cut.response(), now) : none();
            case SendResult.Unknown unknown -> none();
        };
    }

    private List<Senders.Job> good() {
        putOff = 0;
        rests = 0;
        problem = "";
        if (gap > 0 && ++taken >= TAKEN_IN_A_ROW) {
            taken = 0;
            gap = gap <= FIRST_GAP_NANOS ? 0 : gap / 2;
        }
        return none();
    }

    private List<Senders.Job> bad(String why, long now) {
        problem = why;
        taken = 0;
        gap = Math.clamp(gap * 2, FIRST_GAP_NANOS, LONGEST_GAP_NANOS);
        putOff++;
        if (putOff < PUT_OFF_IN_A_ROW && rests == 0) {
            return none();
        }
        putOff = 0;
        Duration rest = FIRST_REST.multipliedBy(1L << Math.min(rests, 5));
        rests++;
        restUntil = now + Math.min(rest.toNanos(), LONGEST_REST.toNanos());
        return drain();
    }

    private static List<Senders.Job> none() {
        return new ArrayList<>();
    }

    private boolean isSlow() {
        return rests > 0 || gap > 0 || lastTook > SLOW_NANOS;
    }

    /** Everything that waits; to give back. */
    List<Senders.Job> drain() {
        List<Senders.Job> back = new ArrayList<>(urgent);
        back.addAll(others);
        urgent.clear();
        others.clear();
        return back;
    }

    /**
     * How many it may hold: few while it is slow or trying, for these are what is in doubt after a
     * crash, and what no other lane can have.
     */
    int limit(int share) {
        return isSlow() ? Math.min(share, FEW) : share;
    }

    LaneStatus status(long now) {
        Duration rest = rests(now) ? Duration.ofNanos(restUntil - now) : Duration.ZERO;
        return new LaneStatus(name, urgent.size() + others.size(), sending, rest, problem);
    }
}
