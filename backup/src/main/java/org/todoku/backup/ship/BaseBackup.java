package org.todoku.backup.ship;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.BaseIndex;
import org.todoku.backup.archive.BaseLayers;
import org.todoku.backup.archive.BaseManifest;
import org.todoku.backup.archive.ForkPoint;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.volume.LocalLog;
import org.todoku.backup.volume.LogPosition;
import org.todoku.backup.volume.Snapshot;
import org.todoku.backup.volume.Snapshot.SnapshotFile;
import org.todoku.backup.volume.Volume;

/**
 * Takes a base online out of a snapshot of the volume, while writers go on: the blocks that the
 * base before it does not have are packed, sealed and put, then the index, and the manifest last
 * and only when the log up to the snapshot's end is there. Derby's log archive mode must be on.
 *
 * <p>A base is full, or an increment over the newest one; after {@value #DEPTH} increments, when
 * they hold half as much as the full one, or when the directory is more than twice as large as that
 * was, a full one is taken. Costs one read of the whole directory at its own {@link Pace}, two
 * hashes of each byte, one pack in memory. One at a time.
 */
public final class BaseBackup {
    private static final System.Logger LOG = System.getLogger(BaseBackup.class.getName());
    private static final Duration SHIP_WAIT = Duration.ofMinutes(2);
    private static final int DEPTH = 12;

    private final Archive archive;
    private final LogShipper shipper;
    private final Path scratch;
    private final InstantSource clock;
    // Of the newest base; empty until it is asked for, and when there is none to go on from.
    private BaseLayers newest = new BaseLayers();

    /**
     * @param scratch a file on the data disk for what does not fit into memory
     */
    public BaseBackup(Archive archive, LogShipper shipper, Path scratch, InstantSource clock) {
        this.archive = archive;
        this.shipper = shipper;
        this.scratch = scratch;
        this.clock = clock;
    }

    /**
     * What a base is taken of, and for whom.
     *
     * @param epoch the writer's
     */
    public record Source(DatabaseConnections database, Volume volume, long epoch, String version) {}

    /**
     * Takes one now. When it throws, nothing counts as a base that was not one before.
     *
     * @param over the newest base there is, to go on from
     */
    public synchronized BaseManifest take(Source source, Optional<BaseManifest> over) {
        try {
            Pace pace = new Pace(source.volume()::state);
            pace.await(0);
            BaseLayers under = under(source, over);
            ForkPoint before = shipper.position();
            // So that few log files are needed.
            checkpoint(source.database());
            BaseManifest manifest = pack(source, pace, under, before);
            new LocalLog(source.volume().directory()).deleteBelow(manifest.logStart());
            return manifest;
        } catch (SQLException e) {
            throw new BackupException(
                    BackupFault.DATABASE_FAILED,
                    "taking a base backup",
                    String.valueOf(e.getMessage()),
                    "look at the database and its disk; it is tried again",
                    e);
        } catch (IOException e) {
            throw new BackupException(
                    BackupFault.DISK_FAILED,
                    "taking a base backup of " + source.volume().directory(),
                    e.toString(),
                    "is the disk well, has it room? It is tried again",
                    e);
        }
    }

    /** What the next base lies over; empty layers for a full base. */
    private BaseLayers under(Source source, Optional<BaseManifest> over) {
        if (over.isEmpty()) {
            return new BaseLayers();
        }
        if (!newest.newest().map(BaseManifest::id).equals(over.map(BaseManifest::id))) {
            try {
                newest = BaseLayers.read(archive, BaseLayers.line(over.get(), archive.bases()));
            } catch (BackupException e) {
                if (e.fault().retryable()) {
                    throw e;
                }
                LOG.log(Level.WARNING, "taking a full base, for " + e.getMessage());
                return new BaseLayers();
            }
        }
        boolean goesOn =
                over.get().depth() < DEPTH && isSmall(newest) && !hasDoubled(source, newest);
        return goesOn ? newest : new BaseLayers();
    }

    /** Most of it would be new anyway: a full base costs little more, and needs no other. */
    private static boolean hasDoubled(Source source, BaseLayers layers) {
        long full =
                layers.layers().getFirst().manifest().files().stream()
                        .filter(file -> !file.path().startsWith("log/"))
                        .mapToLong(BaseManifest.BaseFile::size)
                        .sum();
        return source.volume().dataBytes() > 2 * full;
    }

    private static boolean isSmall(BaseLayers layers) {
        long full = layers.layers().getFirst().manifest().ownBytes();
        long all = layers.layers().stream().mapToLong(l -> l.manifest().ownBytes()).sum();
        return all - full < full / 2;
    }

    private BaseManifest pack(Source source, Pace pace, BaseLayers under, ForkPoint before)
            throws IOException, SQLException {
        // The epoch and the millisecond make it unique: bases are taken one at a time.
        String id = Archive.pad(source.epoch()) + "-" + clock.instant().toEpochMilli();
        BasePacks packs = new BasePacks(archive, id, under);
        SnapshotLog log;
        JoinsAt joins;
        try (Snapshot snapshot = source.volume().snapshot(scratch)) {
            log = new SnapshotLog(snapshot);
            joins = new JoinsAt(shipper, before);
            for (SnapshotFile file : snapshot.files()) {
                if (log.isNeeded(file)) {
                    add(packs, snapshot, log, new Paced(file, pace, joins));
                }
            }
        }
        BaseIndex index = packs.finish();
        awaitLog(source, log.end());
        joins.look();
        Optional<BaseManifest> parent = under.newest();
        BaseManifest manifest =
                new BaseManifest(
                        id,
                        clock.instant().toString(),
                        source.version(),
                        parent.map(BaseManifest::id),
                        parent.map(base -> base.depth() + 1).orElse(0),
                        joins.at(log.end()),
                        log.first(),
                        log.end(),
                        packs.packs(),
                        packs.files());
        archive.put(manifest);
        under.add(manifest, index);
        newest = under;
        return manifest;
    }

    private record Paced(SnapshotFile file, Pace pace, JoinsAt joins) {}

    /**
     * The last segment that ends at or before the base's end: the log behind it is what the base
     * lacks. What the shipper has put while the base was read need not be read by a restore.
     */
    private static final class JoinsAt {
        /** Those that come after so many are behind the base's end long since. */
        private static final int MOST = 1000;

        private final LogShipper shipper;
        private final List<ForkPoint> seen = new ArrayList<>();

        JoinsAt(LogShipper shipper, ForkPoint before) {
            this.shipper = shipper;
            seen.add(before);
            look();
        }

        /** To be called often: where the log ends is known only when all of it was read. */
        void look() {
            ForkPoint shipped = shipper.position();
            if (!shipped.equals(seen.getLast()) && seen.size() < MOST) {
                seen.add(shipped);
            }
        }

        ForkPoint at(LogPosition end) {
            ForkPoint last = seen.getFirst();
            for (ForkPoint shipped : seen) {
                last = shipped.end().isAfter(end) ? last : shipped;
            }
            return last;
        }
    }

    private static void add(BasePacks packs, Snapshot snapshot, SnapshotLog log, Paced paced)
            throws IOException {
        SnapshotFile file = paced.file();
        Optional<byte[]> content = log.content(file);
        if (content.isPresent()) {
            byte[] all = content.get();
            packs.add(
                    file.path(),
                    all.length,
                    (from, length) -> Arrays.copyOfRange(all, (int) from, (int) from + length));
        } else {
            packs.add(
                    file.path(),
                    file.length(),
                    (from, length) -> {
                        paced.pace().await(length);
                        paced.joins().look();
                        return snapshot.read(file, from, length);
                    });
        }
    }

    /** Without the log up to its end a base must not be booted, so it does not count before. */
    private void awaitLog(Source source, LogPosition end) throws IOException, SQLException {
        if (shipper.position().end().isBefore(end)) {
            // It forces the log, of which the disk may have had more than was ever forced.
            checkpoint(source.database());
            shipper.awaitShipped(SHIP_WAIT);
        }
        LogPosition shipped = shipper.position().end();
        if (shipped.isBefore(end)) {
            throw new IOException(
                    "the log up to %s was not shipped, only up to %s".formatted(end, shipped));
        }
    }

    private static void checkpoint(DatabaseConnections database) throws SQLException {
        try (Connection connection = database.open();
                CallableStatement checkpoint =
                        connection.prepareCall("CALL SYSCS_UTIL.SYSCS_CHECKPOINT_DATABASE()")) {
            connection.setAutoCommit(true);
            checkpoint.execute();
        }
    }
}
