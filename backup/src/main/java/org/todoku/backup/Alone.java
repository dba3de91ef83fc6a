package org.todoku.backup;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.objects.StoreLocation;
import org.todoku.backup.restore.NodeFile;
import org.todoku.backup.volume.LocalLog;
import org.todoku.backup.volume.LogPosition;
import org.todoku.backup.volume.LogTap;
import org.todoku.backup.volume.VolumeListener;

/**
 * A host that was started though its archive did not answer (docs/adr/0007). It was the last writer
 * that it knows of, so it goes on from its own disk; but it holds no epoch, and if the service was
 * moved meanwhile there are two. It says so until the archive answers. Then it becomes the writer,
 * and ships what it committed; or it learns that it is not, and ends for good: what it committed is
 * a fork, written down and left where it is.
 */
final class Alone {
    private static final System.Logger LOG = System.getLogger(Alone.class.getName());
    private static final Duration AGAIN = Duration.ofSeconds(5);
    private static final String WARNING =
            "the archive has not been asked yet: if this service was moved, this host must not be"
                    + " used";

    private final BackupConfig config;
    private final NodeFile node;
    private final LogPosition bootEnd;
    private final VolumeListener writes;
    private final InstantSource clock;
    private final LateTap tap = new LateTap();
    private final long since = System.nanoTime();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final boolean wasUnlogged;
    private volatile String lastTrouble;
    private final AtomicLong tries = new AtomicLong(1);
    private volatile @Nullable BackupException ended;
    private boolean stopping;
    private @Nullable Thread thread;

    private Alone(
            BackupConfig config,
            NodeFile node,
            LogPosition bootEnd,
            VolumeListener writes,
            InstantSource clock) {
        this.config = config;
        this.node = node;
        this.bootEnd = bootEnd;
        this.writes = writes;
        this.clock = clock;
        this.wasUnlogged = ArchiveMode.onBeforeBoot(config.database());
        this.lastTrouble = "";
    }

    /** Becomes the writer; called until it returns. */
    interface Joining {
        ArchiveWriter join(Booted booted);
    }

    /**
     * What the database was booted on.
     *
     * @param end where the local log ended before
     * @param wasUnlogged whether not everything was logged before
     */
    record Booted(NodeFile node, LogPosition end, LateTap tap, boolean wasUnlogged) {}

    /**
     * Begins, if this directory may be used so.
     *
     * @throws BackupException the fault that the archive gave, when it may not
     */
    static Alone begin(
            BackupConfig config,
            NodeFile node,
            BackupException unreached,
            VolumeListener writes,
            InstantSource clock) {
        if (unreached.fault() != BackupFault.STORE_UNREACHABLE
                || config.force() == ForcePolicy.LOCAL_AND_ARCHIVE
                || config.force() == ForcePolicy.LOCAL_AND_STANDBY
                || !wasWriter(config, node)) {
            throw unreached;
        }
        Optional<LogPosition> end = localEnd(config);
        if (end.isEmpty()) {
            throw unreached;
        }
        LOG.log(Level.WARNING, unreached.getMessage());
        LOG.log(Level.ERROR, "started without the archive: " + WARNING);
        Alone alone = new Alone(config, node, end.get(), writes, clock);
        alone.lastTrouble = String.valueOf(unreached.getMessage());
        return alone;
    }

    /** As far as this directory knows: it wrote to this archive last, and nobody ended that. */
    private static boolean wasWriter(BackupConfig config, NodeFile node) {
        StoreLocation archive = config.archive().orElseThrow().location();
        return node.restored().isEmpty()
                && node.term().filter(t -> t.isIn(archive) && !t.ended()).isPresent();
    }

    private static Optional<LogPosition> localEnd(BackupConfig config) {
        try {
            return new LocalLog(config.database()).end();
        } catch (IOException e) {
            throw new BackupException(
                    BackupFault.DISK_FAILED,
                    "reading the local log",
                    e.toString(),
                    "look at the disk; if it is broken run todoku-migrate takeover elsewhere",
                    e);
        }
    }

    LogTap tap() {
        return tap;
    }

    /** Waits until everything written before this call is in the archive. */
    boolean awaitShipped(Duration timeout) {
        return tap.awaitShipped(tap.forced(), timeout);
    }

    /** Asks the archive again and again; tells once when this host is the writer. */
    void start(Joining joining, Consumer<ArchiveWriter> joined) {
        thread =
                Thread.ofPlatform().daemon().name("archive-join").start(() -> run(joining, joined));
    }

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
                running.join(AGAIN);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    BackupStatus.ArchiveStatus status() {
        BackupException over = ended;
        LogPosition now = tap.written();
        long lag = now.file() == bootEnd.file() ? now.offset() - bootEnd.offset() : now.offset();
        return new BackupStatus.ArchiveStatus(
                node.term().orElseThrow().epoch(),
                bootEnd,
                Math.max(0, lag),
                Duration.ofNanos(System.nanoTime() - since),
                Optional.empty(),
                Optional.of(
                        over == null ? WARNING + " (" + lastTrouble + ")" : "" + over.getMessage()),
                tries.get(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                over == null ? ArchiveStanding.NOT_ASKED : ArchiveStanding.ENDED,
                Optional.empty());
    }

    private void run(Joining joining, Consumer<ArchiveWriter> joined) {
        while (pause()) {
            try {
                ArchiveWriter writer = joining.join(new Booted(node, bootEnd, tap, wasUnlogged));
                LOG.log(Level.INFO, "the archive answers: this host is its writer again");
                joined.accept(writer);
                return;
            } catch (BackupException e) {
                tries.incrementAndGet();
                switch (e.fault()) {
                    case FENCED, FORK -> {
                        end(e);
                        return;
                    }
                    default -> lastTrouble = String.valueOf(e.getMessage());
                }
            } catch (RuntimeException e) {
                tries.incrementAndGet();
                lastTrouble = e.toString();
                LOG.log(Level.ERROR, "asking the archive failed", e);
            }
        }
    }

    /** The gate first: the disk may be slow to take what is written down about it. */
    private void end(BackupException why) {
        ended = why;
        writes.ended(why);
        tap.end();
        LOG.log(
                Level.ERROR,
                "{0} What was committed here from {1} to {2} is not in the archive: it stays in"
                        + " this directory, see fork.json",
                why.getMessage(),
                bootEnd,
                tap.written());
        new Fork(
                        clock.instant().toString(),
                        String.valueOf(why.getMessage()),
                        config.archive().orElseThrow().location().toString(),
                        bootEnd.toString(),
                        tap.written().toString())
                .write(config.dataDirectory());
        node.ended().write(config.dataDirectory());
    }

    private boolean pause() {
        lock.lock();
        try {
            long left = AGAIN.toNanos();
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
