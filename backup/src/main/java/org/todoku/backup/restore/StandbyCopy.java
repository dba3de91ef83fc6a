package org.todoku.backup.restore;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.ForkPoint;
import org.todoku.backup.archive.SealedSegment;
import org.todoku.backup.archive.Segment;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.restore.StandbyStatus.StreamStatus;
import org.todoku.backup.volume.ContinuousRedo;
import org.todoku.backup.volume.LocalLog;
import org.todoku.backup.volume.LogChunk;
import org.todoku.backup.volume.LogFrame;
import org.todoku.backup.volume.LogPosition;
import org.todoku.backup.volume.Volume;

/**
 * The database of a standby and how far it is: in the archive's log, and beyond that what the
 * writer has streamed. Waits for its own disk and for nothing else, so that the stream goes on
 * while the archive does not answer. Thread-safe.
 */
final class StandbyCopy {
    private static final System.Logger LOG = System.getLogger(StandbyCopy.class.getName());
    private static final ForkPoint NOWHERE = new ForkPoint(0, 0, "", new LogPosition(0, 0));

    private final StandbyDirectory directory;
    private final String owner;
    private final Streamed streamed;
    private final InstantSource clock;
    private StandbyPlace place = new StandbyPlace(0, 0, NOWHERE);
    private @Nullable ContinuousRedo redo;
    private boolean complete;
    private boolean ended;
    private @Nullable Path kept;

    StandbyCopy(Path data, StandbyDirectory directory, String owner, Archive archive) {
        this.directory = directory;
        this.owner = owner;
        this.streamed = new Streamed(data, owner, archive);
        this.clock = InstantSource.system();
        this.kept = directory.kept().orElse(null);
    }

    /** The log that it has and the archive has not shown, and how far that goes. */
    record Beyond(List<LogChunk> log, LogPosition end) {}

    /** Begins to redo; nobody else may use the copy before this returns. */
    void start(StandbyPlace from, LogPosition end) {
        ContinuousRedo started = ContinuousRedo.start(directory.database(), end);
        synchronized (this) {
            place = from;
            redo = started;
        }
        directory.feed(started);
    }

    synchronized StandbyPlace place() {
        return place;
    }

    synchronized LogPosition end() {
        ContinuousRedo running = redo;
        return running == null ? new LogPosition(0, 0) : running.end();
    }

    synchronized boolean isAlive() {
        ContinuousRedo running = redo;
        return running != null && running.isAlive();
    }

    synchronized boolean isReady() {
        return complete && isAlive();
    }

    /** Whether it has all that the archive has shown. */
    synchronized void complete(boolean whether) {
        complete = whether;
    }

    /** The epoch is over: nothing more of its stream counts. */
    synchronized void ended() {
        ended = true;
        streamed.end();
    }

    /** Goes on in a later epoch. */
    synchronized void enter(long epoch) {
        if (epoch > place.epoch()) {
            place = place.in(epoch);
        }
        ended = false;
    }

    /** Takes the next segment; what is here already must be the same. */
    synchronized void take(SealedSegment taken) {
        Segment segment = taken.segment();
        if (!segment.previous().equals(place.last().hash())) {
            throw Agreement.differs("a segment does not follow the one before it");
        }
        for (LogChunk chunk : segment.chunks()) {
            Agreement.require(redo(), directory.database(), chunk);
            redo().append(chunk);
        }
        redo().force();
        place = place.after(taken);
    }

    /** Whether it has what a writer sent and the archive has not shown. */
    synchronized boolean isBeyond() {
        ContinuousRedo running = redo;
        return streamed.isAny() && running != null && running.end().isAfter(place.last().end());
    }

    /** Whether that came from another writer than the one that is followed. */
    synchronized boolean isOfAnotherLine() {
        return isBeyond() && !streamed.isOf(place.epoch());
    }

    synchronized Beyond beyond() {
        redo().force();
        LogPosition from = place.last().end();
        LogPosition to = redo().durable();
        try {
            boolean more = from.isBefore(to);
            LocalLog log = new LocalLog(directory.database());
            return new Beyond(more ? log.read(from, to) : List.of(), to);
        } catch (IOException e) {
            throw Agreement.unreadable(e);
        }
    }

    /**
     * What lies beyond the archive's end is left there once the stream has ended: this host may be
     * the only one that has it.
     */
    void leave() {
        Beyond beyond;
        synchronized (this) {
            if (!streamed.isOwed(place.epoch())) {
                return;
            }
            beyond = beyond();
        }
        streamed.leave(beyond.log(), beyond.end());
    }

    synchronized Optional<StreamStart> streamStart() {
        // Of another line: the archive must show first that it goes the same way.
        if (!isReady() || ended || isOfAnotherLine()) {
            return Optional.empty();
        }
        return Optional.of(new StreamStart(owner, place.epoch(), redo().received(), kept()));
    }

    synchronized void streamBegan(StreamStart start, long number) {
        if (ended || start.epoch() != place.epoch()) {
            throw notOurs(start.epoch());
        }
        streamed.begin(start.epoch(), number);
    }

    synchronized LogPosition take(LogFrame frame) {
        ContinuousRedo running = redo;
        boolean ours = frame.epoch() == place.epoch() && streamed.isLive(frame.epoch());
        if (ended || running == null || !ours) {
            throw notOurs(frame.epoch());
        }
        if (frame.kind() == LogFrame.Kind.LOG) {
            running.append(frame.chunk());
            running.force();
            Instant forced = Instant.ofEpochMilli(frame.forcedMillis());
            streamed.lag(Duration.between(forced, clock.instant()));
        }
        return running.durable();
    }

    synchronized void streamEnded() {
        streamed.end();
    }

    private BackupException notOurs(long epoch) {
        return new BackupException(
                BackupFault.FENCED,
                "taking the stream of epoch " + epoch,
                "this standby follows epoch " + place.epoch() + (ended ? ", which is ended" : ""),
                "it follows the archive meanwhile");
    }

    synchronized StreamStatus stream() {
        return streamed.status(place.epoch());
    }

    synchronized Optional<String> kept() {
        return Optional.ofNullable(kept).map(Path::toString);
    }

    /**
     * Nothing here leads on: it is deleted, or put aside where it has what the archive lacks. A
     * base must be restored then.
     */
    void discard() {
        boolean keeps = isBeyond();
        stop();
        if (keeps) {
            Path aside = directory.keep(String.valueOf(clock.millis()));
            LOG.log(
                    Level.ERROR,
                    "what this standby has confirmed to the writer is not in the archive''s line:"
                            + " kept in {0} for todoku-migrate salvage",
                    aside);
            synchronized (this) {
                kept = aside;
            }
        } else {
            directory.clear();
        }
        synchronized (this) {
            streamed.forget();
        }
    }

    /** Ends the recovery; the volume is the caller's. */
    synchronized Volume promote() {
        Volume volume = redo().promote();
        redo = null;
        return volume;
    }

    /** It was promoted: everything that was streamed is its own. */
    synchronized void forgetStream() {
        streamed.forget();
    }

    /** Stops the redo; it can be started again. */
    void stop() {
        ContinuousRedo running;
        synchronized (this) {
            running = redo;
            redo = null;
            complete = false;
            streamed.end();
        }
        if (running != null) {
            running.close();
        }
    }

    private ContinuousRedo redo() {
        ContinuousRedo running = redo;
        if (running == null) {
            throw new IllegalStateException("the standby was promoted or closed");
        }
        return running;
    }
}
