package org.todoku.backup.restore;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.volume.LogTap;
import org.todoku.backup.volume.Volume;
import org.todoku.backup.volume.VolumeListener;
import org.todoku.backup.volume.VolumeSettings;

/**
 * A database after a restore, booted for the first time: Derby's crash recovery runs, then every
 * table and its indexes are checked. Shut down on close.
 */
public final class RestoredDatabase implements AutoCloseable {
    private final Volume volume;
    private final Connection connection;

    private RestoredDatabase(Volume volume, Connection connection) {
        this.volume = volume;
        this.connection = connection;
    }

    /** Boots it; the recovery redoes the log behind the base. */
    public static RestoredDatabase boot(Path directory) {
        Volume volume =
                Volume.attach(directory, LogTap.NONE, VolumeSettings.local(), VolumeListener.NONE);
        try {
            // Redo takes as long as it takes; somebody else in this process may have set a limit.
            DriverManager.setLoginTimeout(0);
            return new RestoredDatabase(volume, DriverManager.getConnection(volume.jdbcUrl()));
        } catch (SQLException e) {
            volume.detach();
            throw failed("booting the restored database " + directory, e);
        }
    }

    public Connection connection() {
        return connection;
    }

    /**
     * Checks every table against its indexes.
     *
     * @return rows by table, of the tables that are not Derby's own
     */
    public Map<String, Long> check() {
        Map<String, Long> rows = new LinkedHashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet tables =
                        statement.executeQuery(
                                """
                                select s.schemaname, t.tablename, t.tabletype
                                  from sys.sysschemas s join sys.systables t
                                    on t.schemaid = s.schemaid
                                 where t.tabletype in ('T', 'S')
                                 order by t.tablename
                                """)) {
            while (tables.next()) {
                String schema = tables.getString(1);
                String table = tables.getString(2);
                checkTable(schema, table);
                if (tables.getString(3).equals("T")) {
                    rows.put(table, count(schema, table));
                }
            }
            return rows;
        } catch (SQLException e) {
            throw failed("checking the restored tables", e);
        }
    }

    private void checkTable(String schema, String table) throws SQLException {
        try (PreparedStatement check =
                connection.prepareStatement("values SYSCS_UTIL.SYSCS_CHECK_TABLE(?, ?)")) {
            check.setString(1, schema);
            check.setString(2, table);
            check.executeQuery().close();
        }
    }

    private long count(String schema, String table) throws SQLException {
        String name = "\"" + schema + "\".\"" + table + "\"";
        try (Statement statement = connection.createStatement();
                ResultSet count = statement.executeQuery("select count(*) from " + name)) {
            count.next();
            return count.getLong(1);
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw failed("closing the restored database", e);
        }
        shutDown(volume);
    }

    /** Shuts a database down and lets go of its volume. */
    static void shutDown(Volume volume) {
        try (Connection open = DriverManager.getConnection(volume.jdbcUrl() + ";shutdown=true")) {
            throw new IllegalStateException("still open: " + open);
        } catch (SQLException e) {
            if (!"08006".equals(e.getSQLState())) {
                throw failed("shutting the restored database down", e);
            }
        } finally {
            volume.detach();
        }
    }

    private static BackupException failed(String what, SQLException e) {
        return new BackupException(
                BackupFault.DATABASE_FAILED,
                what,
                String.valueOf(e.getMessage()),
                "restore to an earlier moment (--at), or from another copy of the archive",
                e);
    }
}
