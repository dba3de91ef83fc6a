package org.todoku.backup;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.todoku.backup.ship.Compaction;
import org.todoku.backup.ship.Retention;

/**
 * What the archive needs from time to time, on a thread of its own: small segments are compacted
 * every hour, what nobody needs any more expires once a day, everything is read back once a week.
 * Only while the host may write and its disk is as it should be.
 */
final class Upkeep {
    private static final System.Logger LOG = System.getLogger(Upkeep.class.getName());
    private static final Duration FIRST = Duration.ofMinutes(15);
    private static final Duration COMPACTION = Duration.ofHours(1);
    private static final int RETENTION_EVERY = 24;

    private final Compaction compaction;
    private final Retention retention;
    private final Verifying verifying;
    private final BooleanSupplier may;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean stopping;
    private volatile String lastHeld = "";
    private @Nullable Thread thread;

    Upkeep(Compaction compaction, Retention retention, Verifying verifying, BooleanSupplier may) {
        this.compaction = compaction;
        this.retention = retention;
        this.verifying = verifying;
        this.may = may;
    }

    void start() {
        thread = Thread.ofPlatform().daemon().name("archive-upkeep").start(this::run);
    }

    /** Waits a little for what is under way; the rest may be cut off anywhere. */
    void stop() {
        lock.lock();
        try {
            stopping = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        Thread running = thread;
        if (running != null) {
            try {
                running.join(Duration.ofSeconds(1));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void run() {
        lookAtDrills();
        Duration pause = FIRST;
        for (int round = 0; await(pause); round++) {
            pause = COMPACTION;
            try {
                step(round % RETENTION_EVERY == 0);
                verifying.step(this::isStopping);
            } catch (RuntimeException e) {
                LOG.log(Level.WARNING, "upkeep of the archive: " + e.getMessage());
            }
            lookAtDrills();
        }
    }

    private void lookAtDrills() {
        try {
            verifying.lookAtDrills();
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "looking at the drills: " + e.getMessage());
        }
    }

    /** One round; the first of each day expires too. */
    void step(boolean expire) {
        if (!may.getAsBoolean()) {
            return;
        }
        int made = compaction.run(() -> may.getAsBoolean() && !isStopping());
        if (made > 0) {
            LOG.log(Level.INFO, "compacted the log in the archive into {0} objects more", made);
        }
        if (!expire || !may.getAsBoolean()) {
            return;
        }
        Retention.Outcome outcome = retention.run();
        if (outcome.objects() > 0) {
            LOG.log(
                    Level.INFO,
                    "expired {0} objects; everything from base {1} on stays",
                    outcome.objects(),
                    outcome.oldest().orElse("none"));
        }
        Optional<String> held = outcome.held();
        if (held.isPresent() && !held.get().equals(lastHeld)) {
            LOG.log(Level.WARNING, "nothing more expires for now: " + held.get());
        }
        lastHeld = held.orElse("");
    }

    /** Why the last run expired less than it might have; empty when it did all. */
    Optional<String> expiryHeld() {
        return Optional.of(lastHeld).filter(held -> !held.isEmpty());
    }

    private boolean isStopping() {
        lock.lock();
        try {
            return stopping;
        } finally {
            lock.unlock();
        }
    }

    /** False when it was stopped. */
    private boolean await(Duration pause) {
        lock.lock();
        try {
            long left = TimeUnit.NANOSECONDS.convert(pause);
            while (left > 0 && !stopping) {
                left = changed.awaitNanos(left);
            }
            return !stopping;
        } catch (InterruptedException e) {
            return false;
        } finally {
            lock.unlock();
        }
    }
}
