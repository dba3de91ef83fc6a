package org.todoku.backup.ship;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.Epoch;
import org.todoku.backup.archive.ForkPoint;
import org.todoku.backup.archive.PreparedSegment;
import org.todoku.backup.archive.Segment;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.volume.LocalLog;
import org.todoku.backup.volume.LogChunk;
import org.todoku.backup.volume.LogPosition;
import org.todoku.backup.volume.LogTap;

/**
 * Ships the log of one epoch: what was forced goes to the archive at once when nothing was shipped
 * for an interval, else when the interval is over; so at most one put an interval, and none when
 * idle. While the archive does not answer it goes on trying, and what waits lies in the local log.
 *
 * <p>While somebody waits for the archive, because the disk is stalled or the policy wants both,
 * and while it catches up, up to {@value Segment#WINDOW} segments are on their way at a time,
 * spread evenly over the time that a put takes (docs/adr/0010).
 *
 * <p>It does not wait for the local disk to have what it ships: the archive may be ahead of the
 * disk, and after a crash the catch-up brings the disk up to it (docs/adr/0005).
 *
 * <p>When it has put nothing for {@value #FENCE_SECONDS} s it looks for a higher epoch; when it
 * finds one, or a seal under its next key, it ships nothing more and says so to its listener.
 * Thread-safe.
 */
public final class LogShipper implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(LogShipper.class.getName());
    private static final int FENCE_SECONDS = 5;
    private static final Duration RETRY_PAUSE = Duration.ofSeconds(1);
    private static final LogPosition START = new LogPosition(0, 0);

    private final Archive archive;
    private final long epoch;
    private final ShipSettings settings;
    private final Turns turns;
    private final InstantSource clock;
    private final LogStream stream = new LogStream(this::forced);
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Object fencing = new Object();
    private final LogTap tap;
    private final PutWindow window;
    private final Thread thread;

    // Of the shipper's own thread.
    private final Backlog backlog;
    private final ForceMarks marks;
    private Optional<ForkPoint> sent;
    private long sentSequence;

    // Guarded by the lock.
    private Optional<ForkPoint> tail;
    private long confirmed;
    private long lastSentNanos;
    private long lastFenceNanos;
    private LogPosition sentEnd;
    private LogPosition hurriedUpTo = START;
    private volatile long readySinceNanos;
    private volatile boolean wanted;
    private boolean stopping;
    private long failedPuts;
    private @Nullable BackupException trouble;
    private @Nullable Epoch fencedBy;

    private enum Work {
        SEND,
        FENCE,
        NONE
    }

    /** Makes the shipper of an epoch that was claimed; it goes on from the epoch's parent. */
    public LogShipper(
            Archive archive,
            Epoch epoch,
            LocalLog localLog,
            ShipSettings settings,
            InstantSource clock) {
        this.archive = archive;
        this.epoch = epoch.number();
        this.backlog = new Backlog(stream, localLog);
        this.marks = new ForceMarks(clock);
        this.tap = new ShipperTap(stream, this, marks);
        this.settings = settings;
        this.clock = clock;
        this.tail = epoch.parent();
        this.sent = epoch.parent();
        this.sentEnd = end();
        this.lastFenceNanos = System.nanoTime();
        this.turns = new Turns(settings.shipInterval());
        this.lastSentNanos = System.nanoTime() - settings.shipInterval().toNanos();
        this.window = new PutWindow(archive, new Puts(), lock, changed);
        this.thread = Thread.ofPlatform().daemon().name("log-shipper").unstarted(this::run);
    }

    /** Where Derby's log bytes go in, and where its commits wait for the archive. */
    public LogTap tap() {
        return tap;
    }

    /** Ships first what the local log has and the archive lacks, then starts to follow. */
    public void start(List<LogChunk> catchUp) {
        for (backlog.add(catchUp); backlog.size() > 0; backlog.removeFirst()) {
            PreparedSegment segment = prepare(backlog.first());
            archive.put(segment);
            lock.lock();
            try {
                sent(segment);
                arrived(segment, System.nanoTime());
            } finally {
                lock.unlock();
            }
        }
        thread.start();
    }

    /**
     * Starts to follow a database that runs already: what the archive lacks is read from the local
     * log, a part at a time.
     *
     * @param written how far that goes; what is written from now on comes through the tap
     */
    public void startAt(LogPosition written) {
        stream.beginAt(written);
        wanted = true;
        thread.start();
    }

    /**
     * Waits until everything that was forced before this call is in the archive.
     *
     * @return false when the time is over first, or when this host was fenced
     */
    public boolean awaitShipped(Duration timeout) {
        return awaitShipped(stream.forcedEnd(), timeout);
    }

    boolean awaitShipped(LogPosition target, Duration timeout) {
        long left = timeout.toNanos();
        lock.lock();
        try {
            while (end().isBefore(target)) {
                if (left <= 0 || fencedBy != null || stopping) {
                    return false;
                }
                left = changed.awaitNanos(left);
            }
            return fencedBy == null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** The last segment shipped; with sequence 0 when there was none yet. */
    public ForkPoint position() {
        lock.lock();
        try {
            return tail.orElse(new ForkPoint(epoch, 0, "", stream.forcedEnd()));
        } finally {
            lock.unlock();
        }
    }

    public ShipStatus status() {
        lock.lock();
        try {
            LogPosition shipped = end();
            LogPosition forced = stream.forcedEnd();
            long lag =
                    forced.file() == shipped.file()
                            ? Math.max(0, forced.offset() - shipped.offset())
                            : forced.isAfter(shipped) ? Math.max(forced.offset(), 1) : 0;
            long waiting = lag == 0 ? 0 : Math.max(waitingNanos(), 1);
            return new ShipStatus(
                    shipped,
                    lag,
                    Duration.ofNanos(waiting),
                    Optional.ofNullable(trouble),
                    failedPuts,
                    Optional.ofNullable(fencedBy));
        } finally {
            lock.unlock();
        }
    }

    /** Ships what is there, within the deadline, and stops. Derby must have shut down before. */
    public void stop(Duration deadline) {
        boolean all = awaitShipped(deadline);
        lock.lock();
        try {
            stopping = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (!all) {
            LOG.log(
                    Level.WARNING,
                    "stopped before everything was shipped: the rest goes at the next start");
        }
        window.close();
        try {
            thread.join(deadline.plusSeconds(1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stop(Duration.ofSeconds(5));
    }

    /** By each force of each commit: costs a look when the shipper knows already. */
    private void forced() {
        if (wanted) {
            return;
        }
        lock.lock();
        try {
            wanted = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    LogPosition forcedEnd() {
        return stream.forcedEnd();
    }

    boolean isOver() {
        lock.lock();
        try {
            return stopping || fencedBy != null;
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        for (Work work = awaitWork(); work != Work.NONE; work = awaitWork()) {
            try {
                if (work == Work.FENCE) {
                    lookForFence();
                } else {
                    send();
                }
            } catch (BackupException e) {
                answered(e);
                pause();
            } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "shipping the log failed", e);
                pause();
            }
        }
    }

    /** Sends one segment, if there is something to be sent. */
    private void send() {
        if (backlog.size() == 0) {
            long since = System.nanoTime() - stream.waitingNanos();
            readySinceNanos = backlog.hasMore() ? readySinceNanos : since;
            backlog.take(sent.map(ForkPoint::end).orElse(START));
        }
        if (backlog.size() > 0) {
            PreparedSegment segment = prepare(backlog.first());
            lock.lock();
            try {
                window.send(segment, readySinceNanos);
                sent(segment);
            } finally {
                lock.unlock();
            }
            backlog.removeFirst();
        }
        boolean done = backlog.size() == 0 && !backlog.hasMore();
        readySinceNanos = done ? 0 : readySinceNanos;
    }

    private void lookForFence() {
        if (archive.isOver(epoch)) {
            fenced();
        }
        answered(null);
    }

    private void answered(@Nullable BackupException e) {
        lock.lock();
        try {
            if (e == null) {
                lastFenceNanos = System.nanoTime();
            }
            if (e != null || window.size() == 0) {
                troubled(e);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The listener first: whoever waits for the archive finds the gate closed when it wakes. */
    private void fenced() {
        synchronized (fencing) {
            if (isFenced()) {
                return;
            }
            Epoch newest = archive.successor(epoch).orElseGet(this::unnamed);
            settings.onFenced().accept(newest);
            lock.lock();
            try {
                fencedBy = newest;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    private boolean isFenced() {
        lock.lock();
        try {
            return fencedBy != null;
        } finally {
            lock.unlock();
        }
    }

    /** Our epoch was sealed, and whoever did it has not yet claimed the next, or not readably. */
    private Epoch unnamed() {
        String now = clock.instant().toString();
        return new Epoch(epoch + 1, "", "another host", "", Optional.empty(), now, "");
    }

    private PreparedSegment prepare(List<LogChunk> chunks) {
        long known;
        lock.lock();
        try {
            known = confirmed;
        } finally {
            lock.unlock();
        }
        return archive.prepare(
                new Segment(
                        epoch,
                        sentSequence + 1,
                        sent.map(ForkPoint::hash).orElse(""),
                        known,
                        clock.instant().toString(),
                        chunks,
                        marks.take(chunks.getFirst().start(), chunks.getLast().end())));
    }

    /** With the lock held: the next one follows this, whatever becomes of it. */
    private void sent(PreparedSegment segment) {
        sentSequence = segment.sequence();
        sent = Optional.of(segment.asForkPoint());
        sentEnd = segment.end();
        lastSentNanos = System.nanoTime();
    }

    private void arrived(PreparedSegment segment, long startedNanos) {
        tail = Optional.of(segment.asForkPoint());
        confirmed = segment.sequence();
        // Its key was free then: nobody had sealed this epoch.
        lastFenceNanos = startedNanos;
        changed.signalAll();
    }

    private Work awaitWork() {
        lock.lock();
        try {
            while (!stopping && fencedBy == null) {
                long now = System.nanoTime();
                boolean some = wanted || backlog.size() > 0 || backlog.hasMore();
                long turn = some ? turnNanos(now) : Long.MAX_VALUE;
                if (turn <= 0) {
                    wanted &= backlog.size() > 0 || backlog.hasMore();
                    return Work.SEND;
                }
                if (fenceNanos(now) <= 0) {
                    return Work.FENCE;
                }
                changed.awaitNanos(Math.min(turn, fenceNanos(now)));
            }
            return Work.NONE;
        } catch (InterruptedException e) {
            return Work.NONE;
        } finally {
            lock.unlock();
        }
    }

    private long turnNanos(long now) {
        boolean backlogged = backlog.size() > 1 || backlog.hasMore();
        boolean hurry = backlogged || sentEnd.isBefore(hurriedUpTo);
        return turns.nanos(window.size(), window.usualNanos(), hurry, now - lastSentNanos);
    }

    private long fenceNanos(long now) {
        return TimeUnit.SECONDS.toNanos(FENCE_SECONDS) - (now - lastFenceNanos);
    }

    private void troubled(@Nullable BackupException found) {
        if (found != null && trouble == null) {
            LOG.log(Level.WARNING, found.getMessage());
        } else if (found == null && trouble != null) {
            LOG.log(Level.INFO, "the archive answers again");
        }
        trouble = found;
        if (found != null) {
            failedPuts++;
            wanted = true;
        }
    }

    private void pause() {
        lock.lock();
        try {
            long left = RETRY_PAUSE.toNanos();
            while (left > 0 && !stopping) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    private long waitingNanos() {
        long oldest = stream.waitingNanos();
        long now = System.nanoTime();
        for (long since : new long[] {readySinceNanos, window.sinceNanos()}) {
            oldest = since == 0 ? oldest : Math.max(oldest, now - since);
        }
        return oldest;
    }

    private LogPosition end() {
        return tail.map(ForkPoint::end).orElse(START);
    }

    /** Somebody waits for the archive. */
    void hurry() {
        LogPosition forced = stream.forcedEnd();
        lock.lock();
        try {
            if (sentEnd.isBefore(forced) && hurriedUpTo.isBefore(forced)) {
                hurriedUpTo = forced;
                wanted = true;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** What becomes of the puts. */
    private final class Puts implements PutWindow.Owner {
        @Override
        public void arrived(PreparedSegment segment, long startedNanos) {
            LogShipper.this.arrived(segment, startedNanos);
        }

        @Override
        public void troubled(@Nullable BackupException why) {
            LogShipper.this.troubled(why);
        }

        @Override
        public void fenced() {
            LogShipper.this.fenced();
        }

        @Override
        public boolean isOver() {
            return stopping || fencedBy != null;
        }
    }
}
