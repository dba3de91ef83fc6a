package org.todoku.backup;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.SQLException;
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
    private ArchiveMode() {}

    static boolean isOn(Path database) {
        Path file = database.resolve("service.properties");
        try {
            Properties properties = new Properties();
            properties.load(new ByteArrayInputStream(Volume.read(file)));
            return Boolean.parseBoolean(properties.getProperty("derby.storage.logArchiveMode"));
        } catch (IOException e) {
            throw new BackupException(
                    BackupFault.DISK_FAILED,
                    "reading " + file,
                    e.toString(),
                    "is the database directory whole?",
                    e);
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
