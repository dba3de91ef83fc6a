package org.todoku.appliance.continuity;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.kernel.NamedLoop;

/**
 * Notices that this process did not run for a while: its virtual machine was paused or moved, or it
 * was starved. Another host may have taken over meanwhile, so nothing is confirmed and no mail
 * leaves until the archive says that this host still is the writer.
 *
 * <p>The gap shows in the monotonic clock, or, where that stands still with the machine, in the
 * wall clock. Whoever asks {@link #slept} after a pause gets the truth even before this thread runs
 * again. When the archive does not answer within ten seconds the host goes on as it does whenever
 * the archive is away: no other host can have taken over without it, but one may have before it
 * went away; then the first contact fences this host, and salvage tells what it took. Thread-safe.
 */
final class WakeWatch {
    private static final System.Logger LOG = System.getLogger(WakeWatch.class.getName());
    private static final Duration BEAT = Duration.ofMillis(200);
    private static final Duration PAUSE = Duration.ofSeconds(3);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final BooleanSupplier over;
    private final InstantSource clock;
    private final NamedLoop loop = new NamedLoop("wake-watch", this::step);
    private volatile Beat last;
    private volatile boolean watching;
    private volatile boolean suspicious;
    private long suspiciousSince;

    private record Beat(long nanos, long millis) {}

    /**
     * @param over asks the archive whether another host is the writer now; may throw when it does
     *     not answer
     */
    WakeWatch(BooleanSupplier over, InstantSource clock) {
        this.over = over;
        this.clock = clock;
        this.last = now();
    }

    void start() {
        begin();
        loop.start();
    }

    /** From here on a pause counts; what came before is the start of the server. */
    void begin() {
        last = now();
        watching = true;
    }

    boolean stop(Duration deadline) throws InterruptedException {
        return loop.stop(deadline);
    }

    /** Whether it is not known yet what happened while this process did not run. */
    boolean slept() {
        if (watching && !suspicious && gap(last) > PAUSE.toMillis()) {
            suspicious = true;
        }
        return suspicious;
    }

    /** One beat; asks when there is something to ask. */
    Duration step() {
        boolean before = suspicious;
        long gap = gap(last);
        boolean slept = slept();
        last = now();
        if (!slept) {
            return BEAT;
        }
        if (!before || suspiciousSince == 0) {
            suspiciousSince = last.nanos();
            LOG.log(
                    Level.WARNING,
                    "this process did not run for {0} ms: asks the archive whether another host"
                            + " has taken over",
                    gap);
        }
        ask();
        return BEAT;
    }

    private void ask() {
        try {
            if (!over.getAsBoolean()) {
                LOG.log(Level.INFO, "no other host has taken over: this one goes on");
                clear();
            }
            // Else nothing is cleared: the gate closes for good when the shipper finds the same.
        } catch (FaultException e) {
            if (System.nanoTime() - suspiciousSince > PATIENCE.toNanos()) {
                LOG.log(
                        Level.WARNING,
                        "the archive cannot be asked ({0}): this host goes on without knowing",
                        e.getMessage());
                clear();
            }
        }
    }

    private void clear() {
        suspiciousSince = 0;
        last = now();
        suspicious = false;
    }

    private Beat now() {
        return new Beat(System.nanoTime(), clock.millis());
    }

    private long gap(Beat since) {
        Beat now = now();
        long monotonic = (now.nanos() - since.nanos()) / 1_000_000;
        return Math.max(monotonic, now.millis() - since.millis());
    }
}
