package org.todoku.backup.restore;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ExecutionException;
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
    private static final String CACHE = "derby.storage.pageCacheSize";

    /** With what Derby keeps beside it. */
    private static final long PAGE = 5 * 1024;

    private static final String CHECKING = "checking the restored tables";
    private static final long LEAST_PAGES = 4_000;

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
            makeRoom();
            // Redo takes as long as it takes; somebody else in this process may have set a limit.
            DriverManager.setLoginTimeout(0);
            return new RestoredDatabase(volume, DriverManager.getConnection(volume.jdbcUrl()));
        } catch (SQLException e) {
            volume.detach();
            throw failed("booting the restored database " + directory, e);
        }
    }

    /**
     * Redo and checks touch the pages of every index in no order: out of Derby's own 4 MiB they
     * would be read again and again. A third of the heap; what is set already stays.
     */
    private static void makeRoom() {
        if (System.getProperty(CACHE) == null) {
            long pages = Runtime.getRuntime().maxMemory() / 3 / PAGE;
            System.setProperty(CACHE, String.valueOf(Math.max(LEAST_PAGES, pages)));
        }
    }

    /** The first of its connections; belongs to this. */
    public Connection connection() {
        return connection;
    }

    /** One more, which whoever asked closes. */
    public Connection connect() throws SQLException {
        return DriverManager.getConnection(volume.jdbcUrl());
    }

    /**
     * Checks every table against its indexes.
     *
     * @return rows by table, of the tables that are not Derby's own
     */
    public Map<String, Long> check() {
        try {
            return new TableCheck(volume.jdbcUrl()).run(connection);
        } catch (SQLException e) {
            throw failed(CHECKING, e);
        } catch (IOException e) {
            throw e.getCause() instanceof ExecutionException f
                            && f.getCause() instanceof SQLException broken
                    ? failed(CHECKING + ": " + e.getMessage(), broken)
                    : new UncheckedIOException(e);
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
