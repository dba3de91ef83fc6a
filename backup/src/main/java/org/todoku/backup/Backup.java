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
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.todoku.backup.archive.BaseManifest;
import org.todoku.backup.archive.Epoch;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.restore.NodeFile;
import org.todoku.backup.restore.NodeFile.Restored;
import org.todoku.backup.volume.LogTap;
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
    private static final Duration STOP = Duration.ofSeconds(6);
    private static final Duration DRAIN = Duration.ofSeconds(10);

    private final BackupConfig config;
    private final Volume volume;
    private final @Nullable ArchiveWriter writer;
    private volatile NodeFile node;

    private Backup(
            BackupConfig config, Volume volume, @Nullable ArchiveWriter writer, NodeFile node) {
        this.config = config;
        this.volume = volume;
        this.writer = writer;
        this.node = node;
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
        NodeFile node = NodeFile.read(config.dataDirectory()).orElseGet(NodeFile::fresh);
        node.write(config.dataDirectory());
        ArchiveWriter writer =
                config.archive().isEmpty()
                        ? null
                        : ArchiveWriter.open(config, node, onFenced, clock);
        LogTap tap = writer == null ? LogTap.NONE : writer.tap();
        Volume volume = Volume.attach(config.database(), tap, settings(config), writes);
        return new Backup(config, volume, writer, node);
    }

    private static VolumeSettings settings(BackupConfig config) {
        ArchiveRole role =
                config.archive().isEmpty()
                        ? ArchiveRole.NONE
                        : switch (config.force()) {
                            case LOCAL -> ArchiveRole.NONE;
                            case LOCAL_OR_ARCHIVE -> ArchiveRole.STANDS_IN;
                            case LOCAL_AND_ARCHIVE -> ArchiveRole.REQUIRED;
                        };
        return new VolumeSettings(
                role, config.stallAfter(), VolumeSettings.ISOLATED_AFTER, config.writeBehindMax());
    }

    /** The URL to boot the database with, without attributes. */
    public String jdbcUrl() {
        return volume.jdbcUrl();
    }

    /** The database is booted and migrated: from here on bases are taken when they are due. */
    public void start() {
        if (writer != null) {
            writer.start(this::connect, volume);
        } else {
            ArchiveMode.off(config.database(), this::connect);
        }
    }

    /** What was restored into this directory, until {@link #restoreNoted()}. */
    public Optional<Restored> restored() {
        return node.restored();
    }

    /** The application has taken notice of the restore, durably. */
    public void restoreNoted() {
        node = new NodeFile(node.owner(), Optional.empty());
        node.write(config.dataDirectory());
    }

    /**
     * Waits until everything committed before this call is in the archive. True at once without an
     * archive: there is nothing more to wait for.
     */
    public boolean awaitArchived(Duration timeout) {
        return writer == null || writer.awaitShipped(timeout);
    }

    /** Takes a base now and returns when it counts. */
    public BaseManifest takeBase() {
        if (writer == null) {
            throw new BackupException(
                    BackupFault.NO_ARCHIVE,
                    "taking a base",
                    "no archive is configured",
                    "set archive.url in the configuration");
        }
        return writer.takeBase(this::connect, volume);
    }

    public BackupStatus status() {
        return new BackupStatus(
                volume.state(),
                volume.forceP99(),
                volume.queuedBytes(),
                volume.trouble(),
                writer == null ? Optional.empty() : Optional.of(writer.status()));
    }

    /**
     * Shuts the database down, ships the rest and lets the disk have what it lacks, both within a
     * few seconds, and lets go. What a frozen disk does not get is in the archive, if there is one,
     * and comes back at the next start.
     */
    @Override
    public void close() {
        if (writer != null) {
            writer.stopBases();
        }
        for (String problem : shutDownDatabase()) {
            LOG.log(Level.WARNING, "shutting the database down: " + problem);
        }
        if (writer != null) {
            writer.stop(STOP);
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
