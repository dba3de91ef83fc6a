package org.todoku.backup.restore;

import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.archive.Chain.SegmentRef;
import org.todoku.backup.archive.Epoch;
import org.todoku.backup.archive.Feedings;
import org.todoku.backup.archive.ForkPoint;
import org.todoku.backup.archive.Heartbeat;
import org.todoku.backup.archive.HostName;
import org.todoku.backup.archive.Lease;
import org.todoku.backup.archive.NextSegment;
import org.todoku.backup.archive.SealedSegment;
import org.todoku.backup.archive.Segment;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.volume.Lags;
import org.todoku.backup.volume.LogFrame;
import org.todoku.backup.volume.LogPosition;
import org.todoku.backup.volume.Volume;

/**
 * A second host's copy of the database, always in recovery: it restores the newest base, then
 * redoes each segment of the log as it comes into the archive, until it is promoted. The next key
 * is known, so it asks for one object at a time and lists nothing but at its start and after a gap.
 * Where the writer itself can be reached, what it forces comes from there ({@link #streamStart}),
 * and the archive shows a moment later that it was the same.
 *
 * <p>Survives restarts on either side, new epochs, compaction and retention; what it cannot go on
 * from (a gap, a log that differs) makes it begin with the newest base again. Call order of a
 * promotion: {@link #seal}, {@link #claim}, {@link #promote}; before the seal nothing of the writer
 * is touched. Thread-safe: one step or promotion at a time, and the stream beside it.
 */
public final class Standby implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Standby.class.getName());

    /** So long an object that the writer says it has shipped may take to be seen. */
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private static final Duration LEASE = Duration.ofMinutes(10);

    private static final ForkPoint NOWHERE = new ForkPoint(0, 0, "", new LogPosition(0, 0));

    private final Archive archive;
    private final Path data;
    private final StandbyDirectory directory;
    private final InstantSource clock;
    private final Restore.Progress progress;
    private final Lags lags = new Lags();
    private final NodeFile node;
    private final StandbyCopy copy;

    /** What waits for the archive holds this; the copy has a lock of its own. */
    private final ReentrantLock steps = new ReentrantLock();

    private @Nullable Lease lease;
    private long leasedNanos;
    private long waitingNanos = System.nanoTime();
    private volatile long answeredNanos = System.nanoTime();
    private volatile long restores;
    private volatile @Nullable String trouble;

    private Standby(Archive archive, Path data, InstantSource clock, Restore.Progress progress) {
        this.archive = archive;
        this.data = data;
        this.directory = new StandbyDirectory(data);
        this.clock = clock;
        this.progress = progress;
        this.node = NodeFile.read(data).orElseGet(NodeFile::fresh);
        this.copy = new StandbyCopy(data, directory, node.owner(), archive);
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

    @SuppressWarnings("NonAtomicVolatileUpdate") // Under the lock of the steps, or before them.
    private void restore() {
        restores++;
        directory.restoreBase(archive, progress);
        start();
    }

    /** Nothing that lies here leads on. What cannot be helped so goes on up. */
    private void anew(BackupException why) {
        switch (why.fault()) {
            case LOG_NOT_CONTIGUOUS, FORK, DATABASE_FAILED, OBJECT_MISSING ->
                    LOG.log(Level.WARNING, "beginning with a base again: {0}", why.getMessage());
            default -> throw why;
        }
        copy.discard();
    }

    private void start() {
        LogPosition end = directory.prepare();
        Chain chain = Chain.read(archive);
        StandbyPlace place =
                StandbyPlace.of(archive, chain, end)
                        .orElseThrow(
                                () ->
                                        new BackupException(
                                                BackupFault.LOG_NOT_CONTIGUOUS,
                                                "going on at " + end,
                                                "the archive's log begins later",
                                                "a newer base is restored"));
        hold(place);
        copy.start(place, end);
        catchUp(chain);
    }

    private void catchUp(Chain chain) {
        for (SegmentRef ref : copy.place().behind(chain)) {
            copy.take(archive.segment(ref.epoch(), ref.sequence()));
        }
        copy.enter(chain.newest().map(Epoch::number).orElse(0L));
        answered();
    }

    /**
     * Takes what is there.
     *
     * @return whether anything was
     */
    public boolean step() {
        steps.lock();
        try {
            boolean any = false;
            while (next()) {
                any = true;
            }
            copy.leave();
            hold(copy.place());
            lookForGap();
            trouble = null;
            return any;
        } catch (BackupException e) {
            copy.complete(false);
            trouble = String.valueOf(e.getMessage());
            if (!e.fault().retryable()) {
                anew(e);
                restore();
            }
            return false;
        } finally {
            steps.unlock();
        }
    }

    private boolean next() {
        StandbyPlace place = copy.place();
        NextSegment next = archive.next(place.epoch(), place.sequence() + 1);
        boolean found =
                switch (next) {
                    case NextSegment.NotYet none -> false;
                    case NextSegment.Sealed sealed -> nextEpoch();
                    case NextSegment.Found segment -> follow(segment.segment());
                };
        answered();
        copy.complete(!found);
        return found;
    }

    /** The epoch is over: the next one goes on where it ended, or somewhere else. */
    private boolean nextEpoch() {
        copy.ended();
        StandbyPlace place = copy.place();
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
            throw Agreement.differs(
                    "epoch " + next.get().number() + " goes on from another segment");
        }
        copy.enter(next.get().number());
        return true;
    }

    /** Takes one that has just come: what was there before says nothing of the lag. */
    private boolean follow(SealedSegment taken) {
        Segment segment = taken.segment();
        if (!segment.previous().equals(copy.place().last().hash())) {
            // Sent in a hurry, and void since somebody ended the epoch before it.
            return nextEpoch();
        }
        boolean was = copy.isReady();
        copy.take(taken);
        if (was) {
            boolean marked = !segment.marks().isEmpty();
            String forced = marked ? segment.marks().getFirst().at() : segment.shipped();
            lags.add(Duration.between(Instant.parse(forced), clock.instant()));
        }
        return true;
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
        StandbyPlace place = copy.place();
        LogPosition shown = place.last().end();
        boolean more =
                archive.heartbeat()
                        .filter(beat -> beat.epoch() >= place.epoch())
                        .map(Heartbeat::shipped)
                        .filter(shipped -> shipped.isAfter(shown.plus(8)))
                        .isPresent();
        if (more) {
            catchUp(Chain.read(archive));
        }
    }

    private void hold(StandbyPlace place) {
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
    public void copyTo(Path database) {
        steps.lock();
        try {
            copy.stop();
            directory.copyTo(database);
            start();
        } catch (BackupException e) {
            anew(e);
            restore();
        } finally {
            steps.unlock();
        }
    }

    /** Without waiting for the archive. */
    public StandbyStatus status() {
        StandbyPlace place = copy.place();
        return new StandbyStatus(
                place.epoch(),
                place.last(),
                copy.end(),
                copy.isReady(),
                Duration.ofNanos(System.nanoTime() - answeredNanos),
                lags.percentile(50),
                lags.percentile(99),
                restores,
                Optional.ofNullable(trouble),
                copy.stream(),
                copy.kept());
    }

    /** Where the writer's own stream would go on from here; empty while it may not. */
    public Optional<StreamStart> streamStart() {
        return copy.streamStart();
    }

    /** The writer has begun to send, under this number. To be called before {@link #take}. */
    public void streamBegan(StreamStart start, long number) {
        copy.streamBegan(start, number);
    }

    /**
     * Takes what the writer sent and returns when it is on the disk here.
     *
     * @return how far this host has everything
     * @throws BackupException when it does not go on from here; the stream is to be ended then
     */
    public LogPosition take(LogFrame frame) {
        return copy.take(frame);
    }

    /** The stream broke, on either side. */
    public void streamEnded() {
        copy.streamEnded();
    }

    /** As {@link #seal(boolean)}, and gives up nothing. */
    public ForkPoint seal() {
        return seal(false);
    }

    /**
     * Ends the writer's epoch and takes all that it has shipped: nothing can come behind that. What
     * this standby has confirmed to the writer, and the archive lacks, goes there first.
     *
     * @param acceptLoss what other standbys may have and have not left is given up
     * @return the end of the archive's log
     * @throws BackupException {@code HELD_ELSEWHERE} where that is not accepted
     */
    public ForkPoint seal(boolean acceptLoss) {
        steps.lock();
        try {
            // From here on nothing is confirmed to the writer.
            copy.streamEnded();
            while (next()) {
                // What is there first: the seal then finds its place at once.
            }
            while (archive.epoch(copy.place().epoch() + 1).isPresent() && next()) {
                // Somebody began another epoch meanwhile: that one is to be ended.
            }
            if (copy.isOfAnotherLine()) {
                anew(Agreement.differs("what it had of an earlier epoch is not in the archive"));
                restore();
            }
            Feedings feedings = new Feedings(archive);
            long epoch = copy.place().epoch();
            if (!acceptLoss) {
                feedings.requireHeard(epoch, node.owner(), "ending epoch " + epoch);
            }
            long last = bringIn(feedings);
            long seal = archive.seal(epoch, last, HostName.here());
            while (copy.place().sequence() < seal - 1 && next()) {
                // As far as it counts.
            }
            requireReached(last);
            return copy.place().last();
        } finally {
            steps.unlock();
        }
    }

    /**
     * What this standby alone has, then what others have left, so that it is in the archive before
     * the epoch ends, also if this host dies then. In a planned move it finds nothing: the hold has
     * shipped all.
     */
    private long bringIn(Feedings feedings) {
        long epoch = copy.place().epoch();
        var own = copy.beyond().log();
        long last = feedings.bringIn(epoch, tail(), copy.place().sequence(), own);
        while (copy.place().sequence() < last && next()) {
            // Its own, as it lies there now.
        }
        requireReached(last);
        return feedings.bringInLeft(epoch, tail(), last);
    }

    private void requireReached(long sequence) {
        StandbyPlace place = copy.place();
        if (place.sequence() < sequence) {
            throw new BackupException(
                    BackupFault.OBJECT_MISSING,
                    "reading the end of epoch " + place.epoch(),
                    "segment %d is not there".formatted(place.sequence() + 1),
                    "does this store show late what was written? Try again in a minute");
        }
    }

    private Optional<ForkPoint> tail() {
        return Optional.of(copy.place().last()).filter(last -> last.sequence() > 0);
    }

    /**
     * Claims the next epoch for this directory; after {@link #seal}.
     *
     * @param planned the old host had paused its sending before: the ledger needs no second look
     */
    public Epoch claim(String url, String version, boolean planned) {
        long number = copy.place().epoch() + 1;
        Epoch epoch =
                new Epoch(
                        number,
                        node.owner(),
                        HostName.here(),
                        url,
                        tail(),
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
                        copy.place().last(), archive.location(), clock.instant().toString(), true);
        Optional<NodeFile.Restored> note = planned ? Optional.empty() : Optional.of(restored);
        new NodeFile(node.owner(), note).write(data);
        return epoch;
    }

    /**
     * Ends the recovery. The directory is then an ordinary one, shut down, and starts at once.
     *
     * @return how long it took
     */
    public Duration promote() {
        long begun = System.nanoTime();
        Volume volume = copy.promote();
        RestoredDatabase.shutDown(volume);
        directory.unmark();
        copy.forgetStream();
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    @Override
    public void close() {
        steps.lock();
        try {
            copy.stop();
            Lease held = lease;
            if (held != null) {
                held.close();
            }
        } finally {
            steps.unlock();
        }
    }
}
