package org.todoku.backup;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.Drill;
import org.todoku.backup.archive.Drills;
import org.todoku.backup.archive.Verification;
import org.todoku.backup.restore.Verify;

/**
 * Reads the whole archive back once a week, whoever did it last: a backup that nobody reads is a
 * hope. Waits while the host has other cares, and lets a stop cut it off anywhere. Thread-safe.
 */
final class Verifying {
    private static final System.Logger LOG = System.getLogger(Verifying.class.getName());
    private static final Duration EVERY = Duration.ofDays(7);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Archive archive;
    private final InstantSource clock;
    private final BooleanSupplier may;
    private volatile @Nullable Verification newest;
    private volatile @Nullable Drill drill;
    private boolean looked;

    Verifying(Archive archive, InstantSource clock, BooleanSupplier may) {
        this.archive = archive;
        this.clock = clock;
        this.may = may;
    }

    /** What was found last, by anybody, as far as this host has looked. */
    Optional<Verification> newest() {
        return Optional.ofNullable(newest);
    }

    /** What the last drill came to; looked at when the host starts, and each hour. */
    Optional<Drill> drill() {
        return Optional.ofNullable(drill);
    }

    /** Looks what drills there were; anybody may have held one. */
    void lookAtDrills() {
        drill = new Drills(archive).newest().orElse(null);
    }

    /** Looks what was found last, and reads everything back when that is too long ago. */
    synchronized void step(BooleanSupplier stopping) {
        if (!looked) {
            List<Verification> all = archive.verifications();
            newest = all.isEmpty() ? null : all.getLast();
            looked = true;
        }
        Verification last = newest;
        Instant due = last == null ? Instant.MIN : Instant.parse(last.checked()).plus(EVERY);
        if (clock.instant().isBefore(due)) {
            return;
        }
        try {
            Verification found = new Verify(archive, new Yielding(stopping), clock).run();
            archive.put(found);
            newest = found;
            LOG.log(
                    found.isWhole() ? Level.INFO : Level.ERROR,
                    found.isWhole()
                            ? "read the archive back: nothing is missing"
                            : "THE ARCHIVE IS DAMAGED: "
                                    + String.join("; ", found.problems())
                                    + ". Take a full base now: todoku-migrate backup --full");
        } catch (Stopped e) {
            LOG.log(Level.DEBUG, "stopped while reading the archive back");
        }
    }

    private static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private final class Yielding implements Verify.Progress {
        private final BooleanSupplier stopping;

        Yielding(BooleanSupplier stopping) {
            this.stopping = stopping;
        }

        @Override
        public void read(String what, long done, long of) {
            while (!may.getAsBoolean() && !stopping.getAsBoolean()) {
                LockSupport.parkNanos(PAUSE.toNanos());
            }
            if (stopping.getAsBoolean()) {
                throw new Stopped();
            }
        }

        @Override
        public void problem(String what) {
            LOG.log(Level.WARNING, "reading the archive back: " + what);
        }
    }
}
