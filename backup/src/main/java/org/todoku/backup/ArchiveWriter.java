package org.todoku.backup;

import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.todoku.backup.BackupConfig.ArchiveSettings;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.ArchiveKey;
import org.todoku.backup.archive.BaseManifest;
import org.todoku.backup.archive.BlobObjects;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.archive.Epoch;
import org.todoku.backup.archive.Feeding;
import org.todoku.backup.archive.Heartbeat;
import org.todoku.backup.archive.HostName;
import org.todoku.backup.archive.Notices;
import org.todoku.backup.archive.Verification;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.objects.ObjectStore;
import org.todoku.backup.objects.ObjectStores;
import org.todoku.backup.restore.BootGuard;
import org.todoku.backup.restore.CatchUp;
import org.todoku.backup.restore.NodeFile;
import org.todoku.backup.ship.BaseBackup;
import org.todoku.backup.ship.Compaction;
import org.todoku.backup.ship.DatabaseConnections;
import org.todoku.backup.ship.LogShipper;
import org.todoku.backup.ship.Retention;
import org.todoku.backup.ship.ShipSettings;
import org.todoku.backup.ship.ShipStatus;
import org.todoku.backup.ship.StandbyFeed;
import org.todoku.backup.volume.LocalLog;
import org.todoku.backup.volume.LogChunk;
import org.todoku.backup.volume.LogPosition;
import org.todoku.backup.volume.LogTap;
import org.todoku.backup.volume.StorageState;
import org.todoku.backup.volume.Volume;

/** One term as the archive's writer: the epoch, the shipper, and the bases when they are due. */
final class ArchiveWriter {
    private static final System.Logger LOG = System.getLogger(ArchiveWriter.class.getName());
    private static final Duration HEARTBEAT = Duration.ofSeconds(30);
    private static final Duration LAST_HEARTBEAT = Duration.ofSeconds(2);
    private static final Duration AFTER_FAILURE = Duration.ofMinutes(5);

    private final BackupConfig config;
    private final ArchiveSettings settings;
    private final Archive archive;
    private final Epoch epoch;
    private final LogShipper shipper;
    private final StandbyFeed feed;
    private final BaseBackup bases;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition stopped = lock.newCondition();

    private volatile @Nullable BaseManifest newestBase;
    private final boolean wasUnlogged;
    private Instant baseNotBefore = Instant.EPOCH;
    private boolean stopping;
    private @Nullable Thread thread;
    private volatile @Nullable Upkeep upkeep;
    private volatile @Nullable Verifying verifying;

    private ArchiveWriter(
            BackupConfig config,
            ArchiveSettings settings,
            Archive archive,
            Claimed claimed,
            InstantSource clock) {
        this.config = config;
        this.settings = settings;
        this.archive = archive;
        this.epoch = claimed.epoch();
        this.shipper = claimed.shipper();
        this.feed = claimed.feed();
        this.newestBase = claimed.base().orElse(null);
        this.wasUnlogged = claimed.wasUnlogged();
        this.clock = clock;
        Path aside = Scratch.of(config).resolve("aside");
        this.bases = new BaseBackup(archive, shipper, aside, clock);
    }

    static ArchiveWriter open(
            BackupConfig config, NodeFile node, Consumer<Epoch> onFenced, InstantSource clock) {
        ArchiveSettings settings = config.archive().orElseThrow();
        ObjectStore store = ObjectStores.open(settings.location());
        try {
            OpeningArchive.mustBeThere(settings, node, store);
            Archive archive = OpeningArchive.open(config, settings, store, clock);
            Chain found = Chain.read(archive);
            LocalLog log = new LocalLog(config.database());
            Scratch.delete(Scratch.of(config));
            new BootGuard(node).checkWriter(found);
            List<Feeding> unheard = LastWords.await(archive, found);
            Chain chain = found.seal(node.owner());
            sayWhatDoesNotCount(found);
            List<LogChunk> catchUp = new CatchUp(archive, log).run(chain);
            boolean wasUnlogged = ArchiveMode.onBeforeBoot(config.database());
            Epoch epoch = claim(config, archive, node, chain, clock);
            archive.putCapsule(epoch.number(), config.capsule().get());
            Optional<BaseManifest> base = newestBase(archive, chain);
            ShipSettings shipping = new ShipSettings(settings.shipInterval(), onFenced);
            LogShipper shipper = new LogShipper(archive, epoch, log, shipping, clock);
            shipper.start(catchUp);
            StandbyFeed feed =
                    feed(config, new Claim(archive, epoch, log, unheard), shipper, clock);
            Claimed claimed = new Claimed(epoch, shipper, feed, base, wasUnlogged);
            return new ArchiveWriter(config, settings, archive, claimed, clock);
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }

    /**
     * Becomes the writer of an archive that did not answer when the database was booted.
     *
     * @throws BackupException {@code FENCED} or {@code FORK} when this host may not
     */
    static ArchiveWriter join(
            BackupConfig config,
            Alone.Booted booted,
            Consumer<Epoch> onFenced,
            InstantSource clock) {
        ArchiveSettings settings = config.archive().orElseThrow();
        ObjectStore store = ObjectStores.open(settings.location());
        try {
            NodeFile node = booted.node();
            OpeningArchive.mustBeThere(settings, node, store);
            Archive archive = Archive.open(store, ArchiveKey.read(settings.keyFile()));
            Chain found = Chain.read(archive);
            LocalLog log = new LocalLog(config.database());
            new BootGuard(node).checkWriter(found);
            CatchUp catchUp = new CatchUp(archive, log);
            catchUp.check(found, booted.end());
            Chain chain = found.seal(node.owner());
            catchUp.check(chain, booted.end());
            Epoch epoch = claim(config, archive, node, chain, clock);
            archive.putCapsule(epoch.number(), config.capsule().get());
            Optional<BaseManifest> base = newestBase(archive, chain);
            ShipSettings shipping = new ShipSettings(settings.shipInterval(), onFenced);
            LogShipper shipper = new LogShipper(archive, epoch, log, shipping, clock);
            shipper.startAt(booted.tap().forcedEnd());
            StandbyFeed feed =
                    feed(config, new Claim(archive, epoch, log, List.of()), shipper, clock);
            booted.tap().handOnTo(feed.tap());
            Claimed claimed = new Claimed(epoch, shipper, feed, base, booted.wasUnlogged());
            return new ArchiveWriter(config, settings, archive, claimed, clock);
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }

    private static void sayWhatDoesNotCount(Chain found) {
        if (!found.unconfirmed().isEmpty()) {
            LOG.log(
                    Level.WARNING,
                    "behind the end of the archive''s log lie segments that were never confirmed:"
                            + " {0}; they do not count",
                    found.unconfirmed());
        }
    }

    private record Claimed(
            Epoch epoch,
            LogShipper shipper,
            StandbyFeed feed,
            Optional<BaseManifest> base,
            boolean wasUnlogged) {}

    private record Claim(Archive archive, Epoch epoch, LocalLog log, List<Feeding> unheard) {}

    private static StandbyFeed feed(
            BackupConfig config, Claim claim, LogShipper shipper, InstantSource clock) {
        boolean alone = config.force() == ForcePolicy.LOCAL_OR_ARCHIVE;
        var source =
                new StandbyFeed.Source(
                        claim.archive(),
                        claim.epoch().number(),
                        claim.log(),
                        alone,
                        claim.unheard());
        return new StandbyFeed(source, shipper, clock);
    }

    private static Epoch claim(
            BackupConfig config, Archive archive, NodeFile node, Chain chain, InstantSource clock) {
        long number = chain.newest().map(Epoch::number).orElse(0L) + 1;
        Epoch epoch =
                new Epoch(
                        number,
                        node.owner(),
                        HostName.here(),
                        config.url(),
                        chain.tail(),
                        clock.instant().toString(),
                        config.version());
        if (!archive.claim(epoch)) {
            throw new BackupException(
                    BackupFault.CLAIM_LOST,
                    "claiming epoch " + number,
                    "another host claimed it at the same moment",
                    "look with todoku-migrate status who serves now");
        }
        return epoch;
    }

    private static Optional<BaseManifest> newestBase(Archive archive, Chain chain) {
        List<Long> epochs = chain.links().stream().map(link -> link.epoch().number()).toList();
        return archive.bases().stream()
                .filter(base -> epochs.contains(base.chain().epoch()))
                .max(Comparator.comparing(BaseManifest::taken));
    }

    long epoch() {
        return epoch.number();
    }

    /** The standbys that are fed from here. */
    StandbyFeed feed() {
        return feed;
    }

    LogTap tap() {
        return feed.tap();
    }

    /**
     * Begins to take bases when they are due. The first one of all is taken before this returns:
     * without it nothing could be restored.
     */
    void start(DatabaseConnections database, Volume volume) {
        ArchiveMode.on(config.database(), database, Scratch.of(config));
        // What was not logged, while no archive was configured, is in no older base.
        if (newestBase == null || wasUnlogged) {
            takeBase(database, volume);
        }
        Verifying reading = new Verifying(archive, clock, () -> isWell(volume));
        Upkeep started =
                new Upkeep(
                        new Compaction(archive),
                        new Retention(archive, settings.keep(), clock),
                        reading,
                        () -> isWell(volume));
        started.start();
        verifying = reading;
        upkeep = started;
        thread =
                Thread.ofPlatform().daemon().name("base-backup").start(() -> run(database, volume));
    }

    private BaseManifest takeBase(DatabaseConnections database, Volume volume) {
        boolean damaged =
                Optional.ofNullable(verifying)
                        .flatMap(Verifying::newest)
                        .filter(found -> isDamaged(newestBase, found))
                        .isPresent();
        return takeBase(database, volume, damaged);
    }

    /** Over a damaged base no increment is worth anything. */
    private static boolean isDamaged(@Nullable BaseManifest base, Verification found) {
        return base != null
                && !Instant.parse(base.taken()).isAfter(Instant.parse(found.checked()))
                && !found.bases().contains(base.id());
    }

    /**
     * Takes a base now.
     *
     * @param full goes on from no other base
     */
    BaseManifest takeBase(DatabaseConnections database, Volume volume, boolean full) {
        var source = new BaseBackup.Source(database, volume, epoch.number(), config.version());
        Optional<BaseManifest> over = full ? Optional.empty() : Optional.ofNullable(newestBase);
        BaseManifest taken = bases.take(source, over);
        newestBase = taken;
        return taken;
    }

    BlobObjects blobs() {
        return archive.blobs();
    }

    Notices notices() {
        return new Notices(archive);
    }

    boolean awaitShipped(Duration timeout) {
        return shipper.awaitShipped(timeout);
    }

    /** Whether the next epoch was claimed. */
    boolean isOver() {
        return archive.isOver(epoch.number());
    }

    BackupStatus.ArchiveStatus status() {
        ShipStatus ship = shipper.status();
        BaseManifest base = newestBase;
        return new BackupStatus.ArchiveStatus(
                epoch.number(),
                ship.shipped(),
                ship.lagBytes(),
                ship.lag(),
                base == null ? Optional.empty() : Optional.of(Instant.parse(base.taken())),
                ship.trouble().map(e -> String.valueOf(e.getMessage())),
                ship.failedPuts(),
                Optional.ofNullable(verifying).flatMap(Verifying::newest),
                Optional.ofNullable(verifying).flatMap(Verifying::drill),
                Optional.ofNullable(upkeep).flatMap(Upkeep::expiryHeld),
                ship.fencedBy().isPresent() ? ArchiveStanding.ENDED : ArchiveStanding.WRITER,
                ship.fencedBy());
    }

    void stopBases() {
        lock.lock();
        try {
            stopping = true;
            stopped.signalAll();
        } finally {
            lock.unlock();
        }
        Upkeep caring = upkeep;
        if (caring != null) {
            caring.stop();
        }
        Thread running = thread;
        if (running != null) {
            try {
                running.join(Duration.ofSeconds(3));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private boolean isWell(Volume volume) {
        return volume.state() == StorageState.NORMAL && shipper.status().fencedBy().isEmpty();
    }

    void stop(Duration deadline) {
        feed.stop();
        shipper.stop(deadline);
        feed.settle();
        lastHeartbeat();
        archive.close();
    }

    private void run(DatabaseConnections database, Volume volume) {
        while (!isStopped()) {
            try {
                heartbeat();
                baseWhenDue(database, volume);
            } catch (RuntimeException e) {
                LOG.log(Level.WARNING, String.valueOf(e.getMessage()));
            }
            pause();
        }
    }

    /** Tells how far the log goes; not at the cost of the deadline for stopping. */
    private void lastHeartbeat() {
        if (shipper.status().trouble().isPresent()) {
            return;
        }
        try {
            Thread.ofVirtual()
                    .name("last-heartbeat")
                    .start(
                            () -> {
                                try {
                                    heartbeat();
                                } catch (BackupException e) {
                                    LOG.log(Level.WARNING, String.valueOf(e.getMessage()));
                                }
                            })
                    .join(LAST_HEARTBEAT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void heartbeat() {
        ShipStatus ship = shipper.status();
        if (ship.fencedBy().isPresent()) {
            return;
        }
        archive.replace(
                new Heartbeat(
                        clock.instant().toString(), epoch.number(), ship.shipped().instant()));
    }

    private void baseWhenDue(DatabaseConnections database, Volume volume) {
        BaseManifest base = newestBase;
        if (base == null || clock.instant().isBefore(baseNotBefore)) {
            return;
        }
        Instant due = Instant.parse(base.taken()).plus(settings.baseInterval());
        boolean changed = shipper.status().shipped().isAfter(quietEnd(base));
        if (clock.instant().isBefore(due) || !changed) {
            return;
        }
        try {
            takeBase(database, volume);
        } catch (BackupException e) {
            // The bases that there are stay good; the log goes on from them.
            baseNotBefore = clock.instant().plus(AFTER_FAILURE);
            throw e;
        }
    }

    /** A base leaves a few records in the log itself: those alone ask for no new base. */
    private static LogPosition quietEnd(BaseManifest base) {
        return base.end().plus(8192);
    }

    private boolean isStopped() {
        lock.lock();
        try {
            return stopping;
        } finally {
            lock.unlock();
        }
    }

    private void pause() {
        lock.lock();
        try {
            long left = HEARTBEAT.toNanos();
            while (left > 0 && !stopping) {
                left = stopped.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            stopping = true;
        } finally {
            lock.unlock();
        }
    }
}
