package org.todoku.backup.ship;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.Epoch;
import org.todoku.backup.archive.ForkPoint;
import org.todoku.backup.archive.Segment;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.volume.LocalLog;
import org.todoku.backup.volume.LogChunk;
import org.todoku.backup.volume.LogPosition;
import org.todoku.backup.volume.LogTap;

/**
 * Ships the log of one epoch: what was forced goes to the archive at once when nothing was shipped
 * for an interval, else when the interval is over; so at most one put an interval, and none when
 * idle. While somebody waits for the archive, because the disk is stalled or the policy wants both,
 * it ships back to back. While the archive does not answer it goes on trying, and what waits lies
 * in the local log.
 *
 * <p>It does not wait for the local disk to have what it ships: the archive may be ahead of the
 * disk, and after a crash the catch-up brings the disk up to it (docs/adr/0005).
 *
 * <p>Between puts it looks for a higher epoch every {@value #FENCE_SECONDS} s; when it finds one it
 * ships nothing more and says so to its listener. Thread-safe.
 */
public final class LogShipper implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(LogShipper.class.getName());
    private static final int FENCE_SECONDS = 5;
    private static final int SEGMENT_LIMIT = 8 * 1024 * 1024;
    private static final Duration RETRY_PAUSE = Duration.ofSeconds(1);

    private final Archive archive;
    private final long epoch;
    private final LocalLog localLog;
    private final ShipSettings settings;
    private final InstantSource clock;
    private final LogStream stream = new LogStream(this::forced);
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<List<LogChunk>> ready = new ArrayDeque<>();
    private final LogTap tap = new Tap();
    private final Thread thread;

    private Optional<ForkPoint> tail;
    private long sequence;
    private long lastPutNanos;
    private long lastFenceNanos;
    private volatile long readySinceNanos;
    private boolean wanted;
    private boolean hurried;
    private boolean stopping;
    private @Nullable BackupException trouble;
    private @Nullable Epoch fencedBy;

    /** Makes the shipper of an epoch that was claimed; it goes on from the epoch's parent. */
    public LogShipper(
            Archive archive,
            Epoch epoch,
            LocalLog localLog,
            ShipSettings settings,
            InstantSource clock) {
        this.archive = archive;
        this.epoch = epoch.number();
        this.localLog = localLog;
        this.settings = settings;
        this.clock = clock;
        this.tail = epoch.parent();
        this.lastFenceNanos = System.nanoTime();
        this.thread = Thread.ofPlatform().daemon().name("log-shipper").unstarted(this::run);
    }

    /** Where Derby's log bytes go in, and where its commits wait for the archive. */
    public LogTap tap() {
        return tap;
    }

    /** Ships first what the local log has and the archive lacks, then starts to follow. */
    public void start(List<LogChunk> catchUp) {
        for (List<LogChunk> batch : batches(catchUp)) {
            put(batch);
        }
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

    private boolean awaitShipped(LogPosition target, Duration timeout) {
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

    private void forced() {
        lock.lock();
        try {
            wanted = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private boolean isOver() {
        lock.lock();
        try {
            return stopping || fencedBy != null;
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        while (awaitWork()) {
            try {
                step();
                note(null);
            } catch (BackupException e) {
                if (e.fault() == BackupFault.FENCED) {
                    fenced();
                }
                note(e);
                pause();
            } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "shipping the log failed", e);
                pause();
            }
        }
    }

    /** One round: looks for a higher epoch when it is time, ships what is ready. */
    void step() {
        if (System.nanoTime() - lastFenceNanos >= TimeUnit.SECONDS.toNanos(FENCE_SECONDS)) {
            lookForFence();
            lastFenceNanos = System.nanoTime();
        }
        if (isOver()) {
            return;
        }
        if (ready.isEmpty()) {
            long waiting = stream.waitingNanos();
            readySinceNanos = waiting == 0 ? 0 : System.nanoTime() - waiting;
            takeForced();
        }
        while (!ready.isEmpty()) {
            put(ready.getFirst());
            ready.removeFirst();
        }
        readySinceNanos = 0;
    }

    private void lookForFence() {
        if (archive.epoch(epoch + 1).isPresent()) {
            fenced();
        }
    }

    /** The listener first: whoever waits for the archive finds the gate closed when it wakes. */
    private void fenced() {
        Epoch newest =
                archive.newestEpoch().filter(e -> e.number() > epoch).orElseGet(this::unnamed);
        settings.onFenced().accept(newest);
        lock.lock();
        try {
            fencedBy = newest;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Our epoch was sealed, and whoever did it has not yet claimed the next. */
    private Epoch unnamed() {
        String now = clock.instant().toString();
        return new Epoch(epoch + 1, "", "another host", "", Optional.empty(), now, "");
    }

    private void takeForced() {
        LogStream.Taken taken = stream.take();
        List<LogChunk> chunks = new ArrayList<>();
        LogPosition from =
                taken.chunks().isEmpty() ? taken.upTo() : taken.chunks().getFirst().start();
        if (tail.isPresent() && follows(tail.get().end(), from)) {
            // Bytes that the stream let go, or that were there before it listened.
            LogPosition start = taken.rewoundTo().filter(r -> r.isBefore(end())).orElse(end());
            chunks.addAll(readLocal(start, from));
        }
        chunks.addAll(taken.chunks());
        ready.addAll(batches(chunks));
    }

    private static boolean follows(LogPosition end, LogPosition next) {
        boolean nextFile = next.file() == end.file() + 1 && next.offset() == 0;
        return next.isAfter(end) && !nextFile;
    }

    private List<LogChunk> readLocal(LogPosition from, LogPosition to) {
        try {
            return localLog.read(from, to);
        } catch (IOException e) {
            throw new BackupException(
                    BackupFault.DISK_FAILED,
                    "reading the local log from " + from + " to " + to,
                    e.toString(),
                    "look at the disk; until it answers the archive stays behind",
                    e);
        }
    }

    private void put(List<LogChunk> chunks) {
        String previous = tail.map(ForkPoint::hash).orElse("");
        Segment segment =
                new Segment(epoch, sequence + 1, previous, clock.instant().toString(), chunks);
        String hash = archive.put(segment);
        lock.lock();
        try {
            sequence++;
            tail = Optional.of(new ForkPoint(epoch, sequence, hash, segment.end()));
            lastPutNanos = System.nanoTime();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private boolean awaitWork() {
        lock.lock();
        try {
            while (!stopping && fencedBy == null) {
                long now = System.nanoTime();
                long fence = TimeUnit.SECONDS.toNanos(FENCE_SECONDS) - (now - lastFenceNanos);
                long interval = hurried ? 0 : settings.shipInterval().toNanos();
                long put = interval - (now - lastPutNanos);
                if (fence <= 0 || (wanted && put <= 0)) {
                    wanted = false;
                    hurried = false;
                    return true;
                }
                changed.awaitNanos(wanted ? Math.min(put, fence) : fence);
            }
            return false;
        } catch (InterruptedException e) {
            return false;
        } finally {
            lock.unlock();
        }
    }

    private void note(@Nullable BackupException found) {
        lock.lock();
        try {
            if (found != null && trouble == null) {
                LOG.log(Level.WARNING, found.getMessage());
            } else if (found == null && trouble != null) {
                LOG.log(Level.INFO, "the archive answers again");
            }
            trouble = found;
            if (found != null) {
                wanted = true;
            }
        } finally {
            lock.unlock();
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
        long inStream = stream.waitingNanos();
        return readySinceNanos == 0
                ? inStream
                : Math.max(inStream, System.nanoTime() - readySinceNanos);
    }

    private LogPosition end() {
        return tail.map(ForkPoint::end).orElse(new LogPosition(0, 0));
    }

    /** Cuts a long catch-up into segments of a size that any provider takes. */
    private static List<List<LogChunk>> batches(List<LogChunk> chunks) {
        List<List<LogChunk>> batches = new ArrayList<>();
        List<LogChunk> batch = new ArrayList<>();
        long size = 0;
        for (LogChunk chunk : chunks) {
            for (int from = 0; from < chunk.bytes().length; from += SEGMENT_LIMIT) {
                int to = Math.min(from + SEGMENT_LIMIT, chunk.bytes().length);
                byte[] part = Arrays.copyOfRange(chunk.bytes(), from, to);
                if (size + part.length > SEGMENT_LIMIT && !batch.isEmpty()) {
                    batches.add(List.copyOf(batch));
                    batch.clear();
                    size = 0;
                }
                batch.add(new LogChunk(chunk.start().plus(from), part));
                size += part.length;
            }
        }
        if (!batch.isEmpty()) {
            batches.add(List.copyOf(batch));
        }
        return batches;
    }

    private void hurry() {
        lock.lock();
        try {
            if (end().isBefore(stream.forcedEnd())) {
                hurried = true;
                wanted = true;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** What the volume sees of this shipper. */
    private final class Tap implements LogTap {
        @Override
        public void written(LogPosition at, byte[] bytes, int offset, int length) {
            stream.written(at, bytes, offset, length);
        }

        @Override
        public LogPosition forced() {
            return stream.forced();
        }

        @Override
        public void hurry() {
            LogShipper.this.hurry();
        }

        @Override
        public boolean awaitShipped(LogPosition upTo, Duration timeout) {
            // A commit waits on whatever interrupts it: the flag must not end each of its waits.
            boolean interrupted = Thread.interrupted();
            try {
                return LogShipper.this.awaitShipped(upTo, timeout);
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        @Override
        public boolean isOver() {
            return LogShipper.this.isOver();
        }
    }
}
