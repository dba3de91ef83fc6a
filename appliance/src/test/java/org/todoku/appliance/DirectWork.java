package org.todoku.appliance;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Optional;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.store.Schema;
import org.todoku.appliance.store.WriteGate;

/**
 * Rows that tests of all modules put into a database on which no server runs. What was written is
 * shipped as a server would.
 */
public final class DirectWork {
    private DirectWork() {}

    /** Works on an open database. */
    @FunctionalInterface
    public interface Work {
        void on(Connection connection) throws SQLException;
    }

    /** Opens the database as a start does, lets somebody work on it, and closes it again. */
    public static void on(Path directory, Path configFile, Work work) throws SQLException {
        Optional<Path> file = Optional.of(configFile);
        ApplianceConfig config = ConfigReader.read(file, System.getenv());
        WriteGate gate = new WriteGate();
        try (DataDirectory claimed = DataDirectory.claim(directory)) {
            Storage storage = Storage.open(config, claimed.path(), gate, file);
            try {
                Database database = Database.open(storage.jdbcUrl(), gate);
                Schema.migrate(database);
                try (Connection connection = DriverManager.getConnection(storage.jdbcUrl())) {
                    work.on(connection);
                } finally {
                    database.close();
                }
            } finally {
                Maintenance.close(storage);
            }
        }
    }
}
