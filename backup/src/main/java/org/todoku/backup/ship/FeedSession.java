package org.todoku.backup.ship;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.todoku.backup.archive.Feeding;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.volume.Lags;
import org.todoku.backup.volume.LocalLog;
import org.todoku.backup.volume.LogChunk;
import org.todoku.backup.volume.LogFrame;
import org.todoku.backup.volume.LogPosition;

/**
 * One standby while it is fed. One thread sends what was forced, in order, a beat each second when
 * nothing was; the standby answers with how far it has it on its disk. What it is too slow for is
 * let go and read from the local log, so it never holds more than {@link LogStream#LIMIT} bytes and
 * never a commit.
 */
public final class FeedSession {
    private static final System.Logger LOG = System.getLogger(FeedSession.class.getName());
    private static final long BEAT_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Whoever has not answered for so long does not count. */
    private static final long SILENT_NANOS = TimeUnit.SECONDS.toNanos(3);

    private static final int MARKS = 4096;

    private final StandbyFeed feed;
    private final Feeding feeding;
    private final Out out;
    private final String kept;
    private final LogStream stream = new LogStream(this::wake);
    private final Backlog backlog;
    private final Lags lags = new Lags();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by the lock.
    private final Deque<Mark> marks = new ArrayDeque<>();
    private LogPosition held;
    private long heardNanos = System.nanoTime();
    private boolean counts;
    private boolean closed;
    private boolean woken;
    private long forcedMillis;

    // Of the sending thread.
    private LogPosition sent;

    /** The line to the standby. Blocks while the other side does not take what is sent. */
    public interface Out {
        void send(byte[] message) throws IOException;

        /** Ends it, and says why; again does no harm. */
        void close(String why);
    }

    private record Mark(LogPosition upTo, long nanos) {}

    FeedSession(StandbyFeed feed, Feeding feeding, StandbyFeed.Hello hello, LocalLog log, Out out) {
        this.feed = feed;
        this.feeding = feeding;
        this.out = out;
        this.kept = hello.kept();
        this.held = hello.from();
        this.sent = hello.from();
        this.backlog = new Backlog(stream, log);
    }

    /** Begins: what was forced before is read from the local log. */
    void start(LogPosition forced) {
        stream.beginAt(forced);
        forcedMillis = feed.now().toEpochMilli();
        wake();
        Thread.ofPlatform().daemon().name("standby-feed").start(this::run);
    }

    Feeding feeding() {
        return feeding;
    }

    /** The number of this feeding, for the standby. */
    public long number() {
        return feeding.number();
    }

    void written(LogPosition at, byte[] bytes) {
        stream.written(at, bytes);
    }

    void forced(LogPosition upTo) {
        lock.lock();
        try {
            if (marks.size() < MARKS) {
                marks.addLast(new Mark(upTo, System.nanoTime()));
            }
            forcedMillis = feed.now().toEpochMilli();
        } finally {
            lock.unlock();
        }
        stream.forcedUpTo(upTo);
    }

    /** A message of the standby's. */
    public void received(byte[] message) {
        LogFrame frame = LogFrame.decode(message).orElse(null);
        if (frame == null
                || frame.kind() != LogFrame.Kind.HELD
                || frame.epoch() != feeding.epoch()
                || frame.at().isAfter(stream.forcedEnd())) {
            close("what came is no answer to this stream");
            return;
        }
        lock.lock();
        try {
            long now = System.nanoTime();
            heardNanos = now;
            if (frame.at().isAfter(held)) {
                held = frame.at();
            }
            while (!marks.isEmpty() && !marks.getFirst().upTo().isAfter(held)) {
                lags.add(Duration.ofNanos(now - marks.removeFirst().nanos()));
            }
        } finally {
            lock.unlock();
        }
        feed.changed();
    }

    /** Whether it may be relied on and has everything up to there. */
    boolean holds(LogPosition upTo) {
        lock.lock();
        try {
            return counts && !held.isBefore(upTo);
        } finally {
            lock.unlock();
        }
    }

    /** Whether it may be relied on and is heard of. */
    boolean isThere() {
        lock.lock();
        try {
            return counts && !closed && System.nanoTime() - heardNanos < SILENT_NANOS;
        } finally {
            lock.unlock();
        }
    }

    /** The archive knows of this feeding: from now on a commit may rest on it. */
    void count() {
        lock.lock();
        try {
            counts = true;
        } finally {
            lock.unlock();
        }
        feed.changed();
    }

    LogPosition held() {
        lock.lock();
        try {
            return held;
        } finally {
            lock.unlock();
        }
    }

    boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /** Whether anything that was confirmed may have rested on it. */
    boolean counted() {
        lock.lock();
        try {
            return counts;
        } finally {
            lock.unlock();
        }
    }

    FedStatus status() {
        lock.lock();
        try {
            long silence = System.nanoTime() - heardNanos;
            return new FedStatus(
                    feeding.standby(),
                    feeding.host(),
                    !closed && silence < SILENT_NANOS,
                    counts,
                    held,
                    Duration.ofNanos(silence),
                    lags.percentile(50),
                    lags.percentile(99),
                    kept.isEmpty()
                            ? Optional.empty()
                            : Optional.of("it keeps what this host lacks: " + kept));
        } finally {
            lock.unlock();
        }
    }

    /** Ends it: the line broke, or this host feeds nobody any more. */
    public void close(String why) {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        LOG.log(Level.WARNING, "the standby on {0} is fed no more: {1}", feeding.host(), why);
        out.close(why);
        feed.ended(this);
    }

    private void wake() {
        lock.lock();
        try {
            woken = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        try {
            while (await()) {
                sendWhatIsForced();
            }
        } catch (IOException | BackupException e) {
            close(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "feeding the standby on " + feeding.host() + " failed", e);
            close(e.toString());
        }
    }

    private void sendWhatIsForced() throws IOException {
        if (feed.isOver()) {
            throw new IOException("this host is the writer no more");
        }
        boolean any = false;
        do {
            if (backlog.size() == 0) {
                backlog.take(sent);
            }
            while (backlog.size() > 0) {
                for (LogChunk chunk : backlog.first()) {
                    send(chunk);
                    any = true;
                }
                backlog.removeFirst();
            }
        } while (backlog.hasMore());
        if (!any) {
            out.send(
                    LogFrame.beat(feeding.epoch(), stream.forcedEnd(), feed.now().toEpochMilli())
                            .encode());
        }
    }

    private void send(LogChunk chunk) throws IOException {
        for (int from = 0; from < chunk.bytes().length; from += LogFrame.LIMIT) {
            int to = Math.min(from + LogFrame.LIMIT, chunk.bytes().length);
            byte[] part = Arrays.copyOfRange(chunk.bytes(), from, to);
            LogChunk piece = new LogChunk(chunk.start().plus(from), part);
            out.send(LogFrame.log(feeding.epoch(), piece, millis()).encode());
            sent = piece.end();
        }
    }

    private long millis() {
        lock.lock();
        try {
            return forcedMillis;
        } finally {
            lock.unlock();
        }
    }

    /** Until something was forced, or a beat is due; false when it is over. */
    private boolean await() {
        lock.lock();
        try {
            long left = BEAT_NANOS;
            while (!closed && !woken && left > 0) {
                left = changed.awaitNanos(left);
            }
            woken = false;
            return !closed;
        } catch (InterruptedException e) {
            return false;
        } finally {
            lock.unlock();
        }
    }
}
