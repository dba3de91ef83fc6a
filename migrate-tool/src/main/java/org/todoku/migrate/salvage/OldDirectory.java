package org.todoku.migrate.salvage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.stream.Stream;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.archive.Epoch;
import org.todoku.backup.archive.ForkPoint;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.restore.NodeFile;
import org.todoku.backup.volume.LocalLog;
import org.todoku.backup.volume.LogPosition;

/** The data directory of a host that was left. Only read, so it may be mounted read-only. */
public final class OldDirectory {
    private final Path path;
    private final NodeFile node;

    private OldDirectory(Path path, NodeFile node) {
        this.path = path;
        this.node = node;
    }

    /**
     * Looks at it.
     *
     * @throws BackupException where it is none, or a server runs on it
     */
    public static OldDirectory open(Path path) {
        if (!Files.isDirectory(path.resolve("db"))) {
            throw fault(
                    BackupFault.WRONG_LOCATION,
                    path,
                    "there is no database in it",
                    "name the" + " directory that todoku serve used there");
        }
        NodeFile node =
                NodeFile.read(path)
                        .orElseThrow(
                                () ->
                                        fault(
                                                BackupFault.WRONG_LOCATION,
                                                path,
                                                "there is no node.json in it",
                                                "was it copied in part? Name the whole data"
                                                        + " directory"));
        requireUnused(path);
        return new OldDirectory(path, node);
    }

    /** Where its log ends: up to there it is what was committed. */
    public LogPosition end() {
        try {
            return new LocalLog(path.resolve("db"))
                    .end()
                    .orElseThrow(
                            () ->
                                    fault(
                                            BackupFault.DISK_FAILED,
                                            path,
                                            "there is no log in it",
                                            "is the disk whole?"));
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /**
     * The last place of this directory's log that is in the archive's line: where another host's
     * epoch forks off, or the end where none did.
     */
    public Optional<ForkPoint> fork(Archive archive, Chain chain) {
        long newest = chain.newest().map(Epoch::number).orElse(0L);
        long last = 0;
        for (long number = newest; number > 0 && last == 0; number--) {
            last = archive.epoch(number).filter(this::isOurs).map(Epoch::number).orElse(0L);
        }
        if (last == 0) {
            throw fault(
                    BackupFault.FORK,
                    path,
                    "no epoch of this archive belongs to it",
                    "is this the archive that the old host wrote to?");
        }
        for (long number = last + 1; number <= newest; number++) {
            Optional<Epoch> next = archive.epoch(number);
            if (next.isPresent()) {
                return next.get().parent();
            }
        }
        return chain.tail();
    }

    private boolean isOurs(Epoch epoch) {
        return epoch.owner().equals(node.owner());
    }

    /** Lays a copy of its database into a folder that is not there yet. */
    public void copyTo(Path target) {
        Path source = path.resolve("db");
        try (Stream<Path> files = Files.walk(source)) {
            for (Path file : files.toList()) {
                Path to = target.resolve(source.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(to);
                } else {
                    Files.copy(file, to);
                }
            }
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** A shared lock needs no right to write, and is not given while a server holds its own. */
    private static void requireUnused(Path path) {
        Path lock = path.resolve("todoku.lock");
        if (!Files.exists(lock)) {
            return;
        }
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.READ);
                var held = channel.tryLock(0, Long.MAX_VALUE, true)) {
            if (held == null) {
                throw fault(
                        BackupFault.TARGET_NOT_EMPTY,
                        path,
                        "a server runs on it",
                        "stop the old server first: what it still writes would be read in part");
            }
        } catch (IOException e) {
            System.getLogger(OldDirectory.class.getName())
                    .log(System.Logger.Level.DEBUG, "no lock on " + lock + ": " + e);
        }
    }

    private BackupException unreadable(IOException e) {
        return new BackupException(
                BackupFault.DISK_FAILED,
                "salvaging from " + path,
                e.toString(),
                "copy what can be read of the disk to another place, and salvage from there",
                e);
    }

    private static BackupException fault(BackupFault fault, Path path, String why, String hint) {
        return new BackupException(fault, "salvaging from " + path, why, hint);
    }
}
