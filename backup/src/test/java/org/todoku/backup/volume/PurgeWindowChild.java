package org.todoku.backup.volume;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Empties the first leaves of an index, waits until Derby's background thread has purged one and
 * was stopped, fills the leaf again, commits, and dies.
 */
final class PurgeWindowChild {
    private PurgeWindowChild() {}

    public static void main(String[] args) throws Exception {
        String url = "jdbc:derby:" + args[0];
        Path stopped = Path.of(args[1]);
        try (Connection connection = DriverManager.getConnection(url + ";create=true");
                Connection other = DriverManager.getConnection(url);
                Connection last = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                Statement elsewhere = other.createStatement()) {
            statement.execute("create table t(id int not null, k varchar(200) not null)");
            statement.execute("create index ik on t(k)");
            connection.setAutoCommit(false);
            // About 25 to a leaf of 4 KiB.
            insert(connection, 0, 120, "a");
            connection.commit();
            statement.execute("delete from t where id < 80");
            // With somebody else in the table it is purged row by row.
            other.setAutoCommit(false);
            elsewhere.execute("insert into t values(9999, 'z')");
            connection.commit();
            while (!Files.exists(stopped)) {
                Thread.sleep(20);
            }
            last.setAutoCommit(false);
            insert(last, 5000, 80, "b");
            last.commit();
            Runtime.getRuntime().halt(0);
        }
    }

    private static void insert(Connection connection, int first, int count, String letter)
            throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("insert into t values(?, ?)")) {
            for (int i = 0; i < count; i++) {
                insert.setInt(1, first + i);
                insert.setString(2, "%06d".formatted(i) + letter.repeat(120));
                insert.executeUpdate();
            }
        }
    }
}
