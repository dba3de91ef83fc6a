package org.todoku.backup.ship;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.BaseManifest;
import org.todoku.backup.archive.BaseManifest.BaseFile;
import org.todoku.backup.archive.ForkPoint;
import org.todoku.backup.archive.Sha256;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.volume.LocalLog;
import org.todoku.backup.volume.LogPosition;

/**
 * Takes a base online: Derby copies the database to a scratch folder while writers go on, the copy
 * is packed, sealed and put, and the manifest last. Turns Derby's archive mode on, so that from
 * then on everything is logged and no log file goes before we delete it.
 *
 * <p>Needs as much free disk as the database is large. One at a time.
 */
public final class BaseBackup {
    private static final int PACK = 8 * 1024 * 1024;
    private static final Duration SHIP_WAIT = Duration.ofMinutes(2);

    private final Archive archive;
    private final LogShipper shipper;
    private final LocalLog localLog;
    private final Path scratch;
    private final InstantSource clock;

    public BaseBackup(
            Archive archive,
            LogShipper shipper,
            LocalLog localLog,
            Path scratch,
            InstantSource clock) {
        this.archive = archive;
        this.shipper = shipper;
        this.localLog = localLog;
        this.scratch = scratch;
        this.clock = clock;
    }

    /** Takes one now. When it throws, nothing counts as a base that was not one before. */
    public synchronized BaseManifest take(
            DatabaseConnections database, long epoch, String version) {
        try {
            deleteTree(scratch);
            ForkPoint chain = shipper.position();
            copy(database);
            Path copied = onlyFolder(scratch);
            BaseManifest manifest = upload(copied, chain, epoch, version);
            localLog.deleteBelow(Math.min(manifest.logStart(), manifest.end().file()));
            return manifest;
        } catch (SQLException e) {
            throw new BackupException(
                    BackupFault.DATABASE_FAILED,
                    "taking a base backup",
                    String.valueOf(e.getMessage()),
                    "has the disk room for a copy of the database?",
                    e);
        } catch (IOException e) {
            throw new BackupException(
                    BackupFault.DISK_FAILED,
                    "taking a base backup in " + scratch,
                    e.toString(),
                    "has the disk room for a copy of the database?",
                    e);
        } finally {
            try {
                deleteTree(scratch);
            } catch (IOException e) {
                // Only a left-over: the next base deletes it first.
            }
        }
    }

    private void copy(DatabaseConnections database) throws SQLException, IOException {
        Files.createDirectories(scratch);
        try (Connection connection = database.open();
                CallableStatement backup =
                        connection.prepareCall(
                                "CALL SYSCS_UTIL."
                                        + "SYSCS_BACKUP_DATABASE_AND_ENABLE_LOG_ARCHIVE_MODE(?, 0)");
                CallableStatement checkpoint =
                        connection.prepareCall("CALL SYSCS_UTIL.SYSCS_CHECKPOINT_DATABASE()")) {
            connection.setAutoCommit(true);
            backup.setString(1, scratch.toString());
            backup.execute();
            // Forces the log past the copy's end, so that it is shipped.
            checkpoint.execute();
        }
    }

    private BaseManifest upload(Path copied, ForkPoint chain, long epoch, String version)
            throws IOException {
        LocalLog log = new LocalLog(copied);
        List<Long> logs = log.files();
        if (logs.isEmpty()) {
            throw new IOException("the copy has no log file");
        }
        long last = logs.getLast();
        LogPosition end = new LogPosition(last, Files.size(log.file(last)));
        String id = id(epoch);
        Packer packer = new Packer(id);
        List<BaseFile> files = new ArrayList<>();
        for (Path file : filesOf(copied)) {
            files.add(packer.add(copied, file));
        }
        packer.finish();
        awaitLog(end);
        BaseManifest manifest =
                new BaseManifest(
                        id,
                        clock.instant().toString(),
                        version,
                        chain,
                        logs.getFirst(),
                        end,
                        packer.packs,
                        files);
        archive.put(manifest);
        return manifest;
    }

    /** Without the log up to its end a base must not be booted, so it does not count before. */
    private void awaitLog(LogPosition end) throws IOException {
        shipper.awaitShipped(SHIP_WAIT);
        if (shipper.position().end().isBefore(end)) {
            throw new IOException(
                    "the log up to "
                            + end
                            + " was not shipped, only up to "
                            + shipper.position().end());
        }
    }

    /** The epoch and the second make it unique: bases are taken one at a time. */
    private String id(long epoch) {
        return Archive.pad(epoch) + "-" + clock.instant().toEpochMilli();
    }

    private static List<Path> filesOf(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            return paths.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static Path onlyFolder(Path scratch) throws IOException {
        try (Stream<Path> paths = Files.list(scratch)) {
            return paths.filter(Files::isDirectory)
                    .findFirst()
                    .orElseThrow(() -> new IOException("Derby made no copy in " + scratch));
        }
    }

    private static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /** Lays the bytes of all files one after the other and cuts them into packs. */
    private final class Packer {
        private final String id;
        private final ByteArrayOutputStream pack = new ByteArrayOutputStream();
        private int packs;

        Packer(String id) {
            this.id = id;
        }

        BaseFile add(Path root, Path file) throws IOException {
            java.security.MessageDigest digest = Sha256.digest();
            long size = 0;
            try (InputStream in = Files.newInputStream(file)) {
                byte[] buffer = new byte[64 * 1024];
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    digest.update(buffer, 0, read);
                    pack.write(buffer, 0, read);
                    size += read;
                    if (pack.size() >= PACK) {
                        finish();
                    }
                }
            }
            String path = root.relativize(file).toString();
            return new BaseFile(path, size, HexFormat.of().formatHex(digest.digest()));
        }

        void finish() {
            if (pack.size() > 0) {
                packs++;
                archive.putPack(id, packs, pack.toByteArray());
                pack.reset();
            }
        }
    }
}
