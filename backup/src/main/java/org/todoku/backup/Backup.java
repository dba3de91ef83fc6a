package org.todoku.backup;

import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.todoku.backup.Alone.Joining;
import org.todoku.backup.archive.BaseManifest;
import org.todoku.backup.archive.Epoch;
import org.todoku.backup.archive.Notices;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.restore.NodeFile;
import org.todoku.backup.restore.NodeFile.Restored;
import org.todoku.backup.ship.StandbyFeed;
import org.todoku.backup.volume.LogTap;
import org.todoku.backup.volume.StorageState;
import org.todoku.backup.volume.Volume;
import org.todoku.backup.volume.VolumeListener;
import org.todoku.backup.volume.VolumeSettings;
import org.todoku.backup.volume.VolumeSettings.ArchiveRole;

/**
 * The backup of one database, from before its engine boots until after it shut down. Call order:
 * {@link #open}, boot the database with {@link #jdbcUrl()}, {@link #start}, …, {@link #close},
 * which shuts the database down.
 *
 * <p>Promises: a host that is not the archive's newest writer never opens; what the local log has
 * and the archive lacks is shipped before the database boots; after that everything forced is in
 * the archive about one ship interval later. Thread-safe.
 */
public final class Backup implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Backup.class.getName());

    /** How long a start waits for an archive that does not answer. */
    public static final Duration ARCHIVE_PATIENCE = Duration.ofSeconds(30);

    private static final Duration REACH_PAUSE = Duration.ofSeconds(1);
    private static final Duration STOP = Duration.ofSeconds(6);
    private static final Duration DRAIN = Duration.ofSeconds(10);

    private final BackupConfig config;
    private final Volume volume;
    private final @Nullable Alone alone;
    private volatile @Nullable ArchiveWriter writer;
    private @Nullable Joining joining;
    private volatile NodeFile node;
    private final Blobs blobs;

    private record Parts(NodeFile node, @Nullable ArchiveWriter writer, @Nullable Alone alone) {
        LogTap tap() {
            if (writer != null) {
                return writer.tap();
            }
            return alone == null ? LogTap.NONE : alone.tap();
        }
    }

    private Backup(BackupConfig config, Parts parts, VolumeListener writes) {
        this.config = config;
        this.writer = parts.writer;
        this.alone = parts.alone;
        this.node = parts.node;
        this.volume = Volume.attach(config.database(), parts.tap(), settings(config), writes);
        this.blobs =
                new Blobs(
                        new Blobs.Home(
                                config.dataDirectory().resolve("blobs"),
                                config.force(),
                                config.archive().isPresent(),
                                () -> Optional.ofNullable(writer).map(ArchiveWriter::blobs),
                                () -> volume.state().compareTo(StorageState.STALLED) >= 0));
    }

    private Backup joining(Joining how) {
        joining = how;
        return this;
    }

    /**
     * Claims the next epoch, ships what the archive lacks and attaches the volume. Blocks until the
     * archive has answered.
     *
     * @throws BackupException {@code FENCED} or {@code FORK} when this directory may not be written
     *     to, {@code STORE_UNREACHABLE} when the archive does not answer, {@code WRONG_KEY}, …
     */
    public static Backup open(BackupConfig config, Consumer<Epoch> onFenced, InstantSource clock) {
        return open(config, onFenced, VolumeListener.NONE, clock);
    }

    /**
     * As {@link #open(BackupConfig, Consumer, InstantSource)}.
     *
     * @param writes told when writers had better be refused for a while
     */
    public static Backup open(
            BackupConfig config,
            Consumer<Epoch> onFenced,
            VolumeListener writes,
            InstantSource clock) {
        return open(config, onFenced, writes, clock, ARCHIVE_PATIENCE);
    }

    /**
     * As before, with another patience.
     *
     * @param patience how long an archive that cannot be reached is waited for
     */
    static Backup open(
            BackupConfig config,
            Consumer<Epoch> onFenced,
            VolumeListener writes,
            InstantSource clock,
            Duration patience) {
        NodeFile node = NodeFile.read(config.dataDirectory()).orElseGet(NodeFile::fresh);
        node.write(config.dataDirectory());
        if (config.archive().isEmpty()) {
            return new Backup(config, new Parts(node, null, null), writes);
        }
        Consumer<Epoch> fenced =
                newer -> {
                    onFenced.accept(newer);
                    noteEnded(config);
                };
        Joining joining = booted -> ArchiveWriter.join(config, booted, fenced, clock);
        try {
            ArchiveWriter writer = reach(config, node, fenced, clock, patience);
            NodeFile writing = writing(config, node, writer);
            return new Backup(config, new Parts(writing, writer, null), writes);
        } catch (BackupException e) {
            Alone alone = Alone.begin(config, node, e, writes, clock);
            return new Backup(config, new Parts(node, null, alone), writes).joining(joining);
        }
    }

    /** Tries until the archive answers, or the patience is over. */
    private static ArchiveWriter reach(
            BackupConfig config,
            NodeFile node,
            Consumer<Epoch> fenced,
            InstantSource clock,
            Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        for (boolean told = false; ; told = true) {
            try {
                return ArchiveWriter.open(config, node, fenced, clock);
            } catch (BackupException e) {
                boolean over = deadline - System.nanoTime() < REACH_PAUSE.toNanos();
                if (e.fault() != BackupFault.STORE_UNREACHABLE || over) {
                    throw e;
                }
                if (!told) {
                    LOG.log(
                            Level.WARNING,
                            "waiting up to {0} s for the archive: {1}",
                            patience.toSeconds(),
                            e.getMessage());
                }
            }
            LockSupport.parkNanos(REACH_PAUSE.toNanos());
        }
    }

    private static NodeFile writing(BackupConfig config, NodeFile node, ArchiveWriter writer) {
        NodeFile writing = node.writing(config.archive().orElseThrow().location(), writer.epoch());
        writing.write(config.dataDirectory());
        return writing;
    }

    /** On a thread of its own: the disk may hang, and whoever waits for the gate must not. */
    private static void noteEnded(BackupConfig config) {
        Thread.ofPlatform()
                .daemon()
                .name("node-file")
                .start(
                        () ->
                                NodeFile.read(config.dataDirectory())
                                        .ifPresent(n -> n.ended().write(config.dataDirectory())));
    }

    private static VolumeSettings settings(BackupConfig config) {
        ArchiveRole role =
                config.archive().isEmpty()
                        ? ArchiveRole.NONE
                        : switch (config.force()) {
                            case LOCAL -> ArchiveRole.NONE;
                            case LOCAL_OR_ARCHIVE -> ArchiveRole.STANDS_IN;
                            case LOCAL_AND_ARCHIVE -> ArchiveRole.REQUIRED;
                            case LOCAL_AND_STANDBY -> ArchiveRole.ONE_OF_THREE;
                        };
        return new VolumeSettings(
                role,
                config.stallAfter(),
                VolumeSettings.ISOLATED_AFTER,
                config.writeBehindMax(),
                config.device());
    }

    /** The URL to boot the database with, without attributes. */
    public String jdbcUrl() {
        return volume.jdbcUrl();
    }

    /**
     * The database is booted and migrated: from here on bases are taken when they are due. A host
     * that was started without its archive begins to ask for it.
     */
    public void start() {
        ArchiveWriter ready = writer;
        if (ready != null) {
            ready.start(this::connect, volume);
        } else if (alone != null && joining != null) {
            alone.start(joining, this::joined);
        } else {
            ArchiveMode.off(config.database(), this::connect);
        }
    }

    private void joined(ArchiveWriter ready) {
        node = writing(config, node, ready);
        writer = ready;
        try {
            ready.start(this::connect, volume);
        } catch (BackupException e) {
            LOG.log(Level.WARNING, e.getMessage());
        }
    }

    /** What was restored into this directory, until {@link #restoreNoted()}. */
    public Optional<Restored> restored() {
        return node.restored();
    }

    /** The application has taken notice of the restore, durably. */
    public void restoreNoted() {
        node = node.noted();
        node.write(config.dataDirectory());
    }

    /**
     * Waits until everything committed before this call is in the archive. True at once without an
     * archive: there is nothing more to wait for.
     */
    public boolean awaitArchived(Duration timeout) {
        ArchiveWriter ready = writer;
        if (ready != null) {
            return ready.awaitShipped(timeout);
        }
        return alone == null || alone.awaitShipped(timeout);
    }

    /**
     * As {@link #awaitArchived}, without waiting for the interval: for the moment of a move. False
     * without an archive.
     */
    public boolean hurryArchived(Duration timeout) {
        ArchiveWriter ready = writer;
        if (ready == null) {
            return false;
        }
        ready.tap().hurry();
        return ready.awaitShipped(timeout);
    }

    /** Asks the archive now whether another host has become the writer. */
    public boolean isOver() {
        ArchiveWriter ready = writer;
        return ready != null && ready.isOver();
    }

    /** The standbys that are fed from here; empty while this host is not the writer. */
    public Optional<StandbyFeed> feed() {
        return Optional.ofNullable(writer).map(ArchiveWriter::feed);
    }

    /** The files that belong to rows of the database. */
    public Blobs blobs() {
        return blobs;
    }

    /** What was sent while there was no server; empty while this host is not the writer. */
    public Optional<Notices> notices() {
        return Optional.ofNullable(writer).map(ArchiveWriter::notices);
    }

    /** Takes a base now and returns when it counts. */
    public BaseManifest takeBase() {
        return takeBase(false);
    }

    /**
     * As {@link #takeBase()}.
     *
     * @param full goes on from no other base, so that it needs none
     */
    public BaseManifest takeBase(boolean full) {
        ArchiveWriter ready = writer;
        if (ready == null) {
            throw new BackupException(
                    BackupFault.NO_ARCHIVE,
                    "taking a base",
                    alone == null
                            ? "no archive is configured"
                            : "the archive has not answered since the start",
                    "set archive.url in the configuration, or see to the way to the archive");
        }
        return ready.takeBase(this::connect, volume, full);
    }

    public BackupStatus status() {
        return new BackupStatus(
                volume.state(),
                volume.forceP99(),
                volume.queuedBytes(),
                volume.trouble(),
                volume.device(),
                archive(),
                feed().map(StandbyFeed::status).orElse(List.of()));
    }

    private Optional<BackupStatus.ArchiveStatus> archive() {
        ArchiveWriter ready = writer;
        if (ready != null) {
            return Optional.of(ready.status());
        }
        return Optional.ofNullable(alone).map(Alone::status);
    }

    /**
     * Shuts the database down, ships the rest and lets the disk have what it lacks, both within a
     * few seconds, and lets go. What a frozen disk does not get is in the archive, if there is one,
     * and comes back at the next start.
     */
    @Override
    public void close() {
        blobs.close();
        if (alone != null) {
            alone.stop();
        }
        ArchiveWriter ready = writer;
        if (ready != null) {
            ready.stopBases();
        }
        for (String problem : shutDownDatabase()) {
            LOG.log(Level.WARNING, "shutting the database down: " + problem);
        }
        if (ready != null) {
            ready.stop(STOP);
        }
        volume.detach(DRAIN);
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(jdbcUrl());
    }

    private List<String> shutDownDatabase() {
        try (var none = DriverManager.getConnection(jdbcUrl() + ";shutdown=true")) {
            return List.of("it is still open: " + none);
        } catch (SQLException e) {
            // 08006 is Derby's way to say that it is done; 08001 and XJ004: it was never booted.
            String state = String.valueOf(e.getSQLState());
            return List.of("08006", "08001", "XJ004").contains(state)
                    ? List.of()
                    : List.of(state + " " + e.getMessage());
        }
    }

    /** The folder of the database, for messages. */
    public Path databaseDirectory() {
        return volume.directory();
    }
}
