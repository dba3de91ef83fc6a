package org.todoku.backup;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.SYNC;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.ship.DatabaseConnections;
import org.todoku.backup.volume.Volume;

/**
 * Derby's log archive mode. While it is on everything is logged and no log file is deleted; without
 * an archive to ship to it would fill the disk.
 */
final class ArchiveMode {
    private static final String PROPERTY = "derby.storage.logArchiveMode";

    private ArchiveMode() {}

    static boolean isOn(Path database) {
        Path file = database.resolve("service.properties");
        try {
            Properties properties = new Properties();
            properties.load(new ByteArrayInputStream(Volume.read(file)));
            return Boolean.parseBoolean(properties.getProperty(PROPERTY));
        } catch (IOException e) {
            throw new BackupException(
                    BackupFault.DISK_FAILED,
                    "reading " + file,
                    e.toString(),
                    "is the database directory whole?",
                    e);
        }
    }

    /**
     * Turns it on before the boot, so that nothing is unlogged from then on. Does nothing where
     * there is no database yet, or where it is on.
     *
     * @return whether it was off
     */
    static boolean onBeforeBoot(Path database) {
        Path file = database.resolve("service.properties");
        if (!Files.exists(file) || isOn(database)) {
            return false;
        }
        try {
            List<String> lines = new ArrayList<>(Files.readAllLines(file, ISO_8859_1));
            lines.removeIf(line -> line.startsWith(PROPERTY));
            // Derby takes a file whose last line is not its own end mark for a torn one.
            lines.add(Math.max(0, lines.size() - 1), PROPERTY + "=true");
            Path temporary = database.resolve("service.properties.new");
            Files.write(temporary, lines, ISO_8859_1, CREATE, TRUNCATE_EXISTING, WRITE, SYNC);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
            return true;
        } catch (IOException e) {
            throw new BackupException(
                    BackupFault.DISK_FAILED,
                    "writing " + file,
                    e.toString(),
                    "may this user write there, has the disk room?",
                    e);
        }
    }

    /**
     * Turns it on in a running database by the only procedure that does so, which also makes a
     * copy. For a database that was made just now: a copy of it is small.
     *
     * @param scratch a folder for the copy, deleted again
     */
    static void on(Path database, DatabaseConnections connections, Path scratch) {
        if (isOn(database)) {
            return;
        }
        try (Connection connection = connections.open();
                CallableStatement call =
                        connection.prepareCall(
                                "CALL SYSCS_UTIL."
                                        + "SYSCS_BACKUP_DATABASE_AND_ENABLE_LOG_ARCHIVE_MODE(?, 0)")) {
            Files.createDirectories(scratch);
            connection.setAutoCommit(true);
            call.setString(1, scratch.toString());
            call.execute();
        } catch (SQLException | IOException e) {
            throw new BackupException(
                    BackupFault.DATABASE_FAILED,
                    "turning the log archive mode on",
                    String.valueOf(e.getMessage()),
                    "has the disk room for a copy of the database?",
                    e);
        } finally {
            Scratch.delete(scratch);
        }
    }

    static void off(Path database, DatabaseConnections connections) {
        if (!isOn(database)) {
            return;
        }
        try (Connection connection = connections.open();
                CallableStatement call =
                        connection.prepareCall(
                                "CALL SYSCS_UTIL.SYSCS_DISABLE_LOG_ARCHIVE_MODE(1)")) {
            connection.setAutoCommit(true);
            call.execute();
        } catch (SQLException e) {
            throw new BackupException(
                    BackupFault.DATABASE_FAILED,
                    "turning the log archive mode off",
                    String.valueOf(e.getMessage()),
                    "configure the archive again, or look at the disk",
                    e);
        }
    }
}
