package org.todoku.backup.restore;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.archive.Chain.SegmentRef;
import org.todoku.backup.archive.Epoch;
import org.todoku.backup.archive.ForkPoint;
import org.todoku.backup.archive.Heartbeat;
import org.todoku.backup.archive.HostName;
import org.todoku.backup.archive.Lease;
import org.todoku.backup.archive.NextSegment;
import org.todoku.backup.archive.SealedSegment;
import org.todoku.backup.archive.Segment;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.volume.ContinuousRedo;
import org.todoku.backup.volume.Lags;
import org.todoku.backup.volume.LocalLog;
import org.todoku.backup.volume.LogChunk;
import org.todoku.backup.volume.LogPosition;
import org.todoku.backup.volume.Volume;

/**
 * A second host's copy of the database, always in recovery: it restores the newest base, then
 * redoes each segment of the log as it comes into the archive, until it is promoted. The next key
 * is known, so it asks for one object at a time and lists nothing but at its start and after a gap.
 *
 * <p>Survives restarts on either side, new epochs, compaction and retention; what it cannot go on
 * from (a gap, a log that differs) makes it begin with the newest base again. Call order of a
 * promotion: {@link #seal}, {@link #claim}, {@link #promote}; before the seal nothing of the writer
 * is touched. Thread-safe: one step or promotion at a time.
 */
public final class Standby implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Standby.class.getName());

    /** So long an object that the writer says it has shipped may take to be seen. */
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private static final Duration LEASE = Duration.ofMinutes(10);

    private final Archive archive;
    private final Path data;
    private final StandbyDirectory directory;
    private final InstantSource clock;
    private final Restore.Progress progress;
    private final Lags lags = new Lags();
    private final NodeFile node;
    private StandbyPlace place = new StandbyPlace(0, 0, NOWHERE);
    private @Nullable ContinuousRedo redo;
    private @Nullable Lease lease;
    private long leasedNanos;
    private long answeredNanos = System.nanoTime();
    private long waitingNanos = System.nanoTime();
    private long restores;
    private boolean ready;
    private @Nullable String trouble;

    private static final ForkPoint NOWHERE = new ForkPoint(0, 0, "", new LogPosition(0, 0));

    private Standby(Archive archive, Path data, InstantSource clock, Restore.Progress progress) {
        this.archive = archive;
        this.data = data;
        this.directory = new StandbyDirectory(data);
        this.clock = clock;
        this.progress = progress;
        this.node = NodeFile.read(data).orElseGet(NodeFile::fresh);
    }

    /**
     * Restores a base where there is none yet, takes what the archive has, and is ready. The
     * archive stays the caller's to close.
     *
     * @throws BackupException {@code TARGET_NOT_EMPTY} when something else lies in the directory
     */
    public static Standby open(
            Archive archive, Path data, InstantSource clock, Restore.Progress progress) {
        Standby standby = new Standby(archive, data, clock, progress);
        if (!isStandby(data) && Files.exists(data.resolve("db"))) {
            throw new BackupException(
                    BackupFault.TARGET_NOT_EMPTY,
                    "keeping a standby in " + data,
                    "it holds a database that is no standby's",
                    "name a new directory; nothing in this one was touched");
        }
        standby.directory.mark(archive.id());
        standby.node.write(data);
        standby.begin();
        return standby;
    }

    /** Whether a directory is a standby's, running or stopped. */
    public static boolean isStandby(Path data) {
        return Files.exists(data.resolve(StandbyDirectory.MARKER));
    }

    /** What the directory has, or else a base. */
    private void begin() {
        if (directory.isRestored()) {
            try {
                start();
                return;
            } catch (BackupException e) {
                anew(e);
            }
        }
        restore();
    }

    private void restore() {
        restores++;
        directory.restoreBase(archive, progress);
        start();
    }

    /** Nothing that lies here leads on: it is deleted. What cannot be helped so goes on up. */
    private void anew(BackupException why) {
        switch (why.fault()) {
            case LOG_NOT_CONTIGUOUS, FORK, DATABASE_FAILED, OBJECT_MISSING ->
                    LOG.log(Level.WARNING, "beginning with a base again: {0}", why.getMessage());
            default -> throw why;
        }
        stopRedo();
        directory.clear();
    }

    private void start() {
        LogPosition end = directory.prepare();
        Chain chain = Chain.read(archive);
        place =
                StandbyPlace.of(archive, chain, end)
                        .orElseThrow(
                                () ->
                                        new BackupException(
                                                BackupFault.LOG_NOT_CONTIGUOUS,
                                                "going on at " + end,
                                                "the archive's log begins later",
                                                "a newer base is restored"));
        hold();
        redo = ContinuousRedo.start(directory.database(), end);
        directory.feed(redo());
        catchUp(chain);
    }

    private void catchUp(Chain chain) {
        for (SegmentRef ref : place.behind(chain)) {
            take(archive.segment(ref.epoch(), ref.sequence()));
        }
        long newest = chain.newest().map(Epoch::number).orElse(0L);
        if (newest > place.epoch()) {
            place = place.in(newest);
        }
        answered();
    }

    /**
     * Takes what is there.
     *
     * @return whether anything was
     */
    public synchronized boolean step() {
        try {
            boolean any = false;
            while (next()) {
                any = true;
            }
            hold();
            lookForGap();
            trouble = null;
            return any;
        } catch (BackupException e) {
            ready = false;
            trouble = String.valueOf(e.getMessage());
            if (!e.fault().retryable()) {
                anew(e);
                restore();
            }
            return false;
        }
    }

    private boolean next() {
        NextSegment next = archive.next(place.epoch(), place.sequence() + 1);
        boolean found =
                switch (next) {
                    case NextSegment.NotYet none -> false;
                    case NextSegment.Sealed sealed -> nextEpoch();
                    case NextSegment.Found segment -> follow(segment.segment());
                };
        answered();
        ready = !found;
        return found;
    }

    /** The epoch is over: the next one goes on where it ended, or somewhere else. */
    private boolean nextEpoch() {
        Optional<Epoch> next = archive.epoch(place.epoch() + 1);
        if (next.isEmpty()) {
            return false;
        }
        ForkPoint from = next.get().parent().orElse(NOWHERE);
        ForkPoint last = place.last();
        boolean goesOn =
                last.sequence() == 0
                        || (from.epoch() == last.epoch()
                                && from.sequence() == last.sequence()
                                && from.hash().equals(last.hash()));
        if (!goesOn) {
            throw differs("epoch " + next.get().number() + " goes on from another segment");
        }
        place = place.in(next.get().number());
        return true;
    }

    /** Takes one that has just come: what was there before says nothing of the lag. */
    private boolean follow(SealedSegment taken) {
        boolean was = ready;
        boolean any = take(taken);
        if (was) {
            Segment segment = taken.segment();
            boolean marked = !segment.marks().isEmpty();
            String forced = marked ? segment.marks().getFirst().at() : segment.shipped();
            lags.add(Duration.between(Instant.parse(forced), clock.instant()));
        }
        return any;
    }

    private boolean take(SealedSegment taken) {
        Segment segment = taken.segment();
        if (!segment.previous().equals(place.last().hash())) {
            throw differs("a segment does not follow the one before it");
        }
        try {
            for (LogChunk chunk : segment.chunks()) {
                mustAgree(chunk);
                redo().append(chunk);
            }
        } catch (IOException e) {
            throw new BackupException(
                    BackupFault.DISK_FAILED,
                    "comparing the standby's log with the archive's",
                    e.toString(),
                    "look at the disk",
                    e);
        }
        redo().force();
        place = place.after(taken);
        return true;
    }

    /** What is here already must be the same. */
    private void mustAgree(LogChunk chunk) throws IOException {
        LogPosition end = redo().end();
        if (!chunk.start().isBefore(end)) {
            return;
        }
        boolean whole = !chunk.end().isAfter(end);
        int known = whole ? chunk.bytes().length : (int) (end.offset() - chunk.start().offset());
        LogChunk common = new LogChunk(chunk.start(), Arrays.copyOf(chunk.bytes(), known));
        redo().force();
        LocalLog log = new LocalLog(directory.database());
        if (log.files().contains(chunk.start().file()) && !holds(log, common)) {
            throw differs("the standby's log differs from the archive's at " + chunk.start());
        }
    }

    /** The marker that ends a file is not there before the next file is. */
    private static boolean holds(LocalLog log, LogChunk chunk) throws IOException {
        int length = chunk.bytes().length;
        while (length > 0 && chunk.bytes()[length - 1] == 0) {
            length--;
        }
        return log.holds(new LogChunk(chunk.start(), Arrays.copyOf(chunk.bytes(), length)));
    }

    private static BackupException differs(String why) {
        return new BackupException(
                BackupFault.FORK,
                "following the archive",
                why,
                "the standby restores from the newest base again");
    }

    private void answered() {
        answeredNanos = System.nanoTime();
    }

    /**
     * Where the next object stays away though the writer says that it shipped more: it was
     * compacted while this host slept, or a listing knows more. Costs one get a {@link #PATIENCE}.
     */
    private void lookForGap() {
        if (System.nanoTime() - waitingNanos < PATIENCE.toNanos()) {
            return;
        }
        waitingNanos = System.nanoTime();
        LogPosition received = redo().received();
        boolean more =
                archive.heartbeat()
                        .filter(beat -> beat.epoch() >= place.epoch())
                        .map(Heartbeat::shipped)
                        .filter(shipped -> shipped.isAfter(received.plus(8)))
                        .isPresent();
        if (more) {
            catchUp(Chain.read(archive));
        }
    }

    private void hold() {
        if (lease == null || System.nanoTime() - leasedNanos > LEASE.toNanos()) {
            Lease before = lease;
            lease = Lease.takeBehind(archive, "standby", place.last(), clock);
            leasedNanos = System.nanoTime();
            if (before != null) {
                before.close();
            }
        }
    }

    /**
     * Copies the database as it is now to another place, where it can be booted as after a crash;
     * the redo rests meanwhile and goes on after.
     */
    public synchronized void copyTo(Path database) {
        stopRedo();
        directory.copyTo(database);
        try {
            start();
        } catch (BackupException e) {
            anew(e);
            restore();
        }
    }

    public synchronized StandbyStatus status() {
        ContinuousRedo running = redo;
        return new StandbyStatus(
                place.epoch(),
                place.last(),
                running == null ? new LogPosition(0, 0) : running.end(),
                ready && running != null && running.isAlive(),
                Duration.ofNanos(System.nanoTime() - answeredNanos),
                lags.percentile(50),
                lags.percentile(99),
                restores,
                Optional.ofNullable(trouble));
    }

    /**
     * Ends the writer's epoch and takes all that it has shipped: nothing can come behind that.
     *
     * @return the end of the archive's log
     */
    public synchronized ForkPoint seal() {
        while (next()) {
            // What is there first: the seal then finds its place at once.
        }
        while (archive.epoch(place.epoch() + 1).isPresent() && next()) {
            // Somebody began another epoch meanwhile: that one is to be ended.
        }
        long seal = archive.seal(place.epoch(), place.sequence(), HostName.here());
        while (place.sequence() < seal - 1) {
            if (!next()) {
                throw new BackupException(
                        BackupFault.OBJECT_MISSING,
                        "reading the end of epoch " + place.epoch(),
                        "segment %d is not there".formatted(place.sequence() + 1),
                        "does this store show late what was written? Try again in a minute");
            }
        }
        return place.last();
    }

    /**
     * Claims the next epoch for this directory; after {@link #seal}.
     *
     * @param planned the old host had paused its sending before: the ledger needs no second look
     */
    public synchronized Epoch claim(String url, String version, boolean planned) {
        long number = place.epoch() + 1;
        Epoch epoch =
                new Epoch(
                        number,
                        node.owner(),
                        HostName.here(),
                        url,
                        Optional.of(place.last()).filter(last -> last.sequence() > 0),
                        clock.instant().toString(),
                        version);
        if (!archive.claim(epoch)) {
            throw new BackupException(
                    BackupFault.CLAIM_LOST,
                    "claiming epoch " + number,
                    "another host claimed it at the same moment",
                    "todoku-migrate status shows who serves now");
        }
        var restored =
                new NodeFile.Restored(
                        place.last(), archive.location(), clock.instant().toString(), true);
        Optional<NodeFile.Restored> note = planned ? Optional.empty() : Optional.of(restored);
        new NodeFile(node.owner(), note).write(data);
        return epoch;
    }

    /**
     * Ends the recovery. The directory is then an ordinary one, shut down, and starts at once.
     *
     * @return how long it took
     */
    public synchronized Duration promote() {
        long begun = System.nanoTime();
        Volume volume = redo().promote();
        redo = null;
        RestoredDatabase.shutDown(volume);
        directory.unmark();
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    private ContinuousRedo redo() {
        ContinuousRedo running = redo;
        if (running == null) {
            throw new IllegalStateException("the standby was promoted or closed");
        }
        return running;
    }

    private void stopRedo() {
        ContinuousRedo running = redo;
        if (running != null) {
            redo = null;
            running.close();
        }
    }

    @Override
    public synchronized void close() {
        stopRedo();
        Lease held = lease;
        if (held != null) {
            held.close();
        }
    }
}
