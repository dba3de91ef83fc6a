package org.todoku.backup.volume;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Makes Derby purge rows of an index, waits until the thread that does so was stopped, fills the
 * leaf again, commits, and dies. Arguments: the database, the file that appears when the thread was
 * stopped, whose purge, and whether Derby is {@code plain} or {@code mended}.
 */
final class PurgeWindowChild {
    static final String INSERTER = "inserter";

    private PurgeWindowChild() {}

    public static void main(String[] args) throws Exception {
        String url = "jdbc:derby:" + args[0];
        Path stopped = Path.of(args[1]);
        boolean inAnInsert = args[2].equals("IN_AN_INSERT");
        if (args[3].equals("mended") && !LatchedPurge.install()) {
            throw new IllegalStateException("Derby could not be mended");
        }
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
            other.setAutoCommit(false);
            if (inAnInsert) {
                // Every other row: nothing is purged until a leaf is full.
                statement.execute("delete from t where mod(id, 2) = 0");
                connection.commit();
                var _ = Thread.ofPlatform().name(INSERTER).daemon().start(() -> fill(other));
            } else {
                statement.execute("delete from t where id < 80");
                // With somebody else in the table it is purged row by row.
                elsewhere.execute("insert into t values(9999, 'z')");
                connection.commit();
            }
            while (!Files.exists(stopped)) {
                Thread.sleep(20);
            }
            last.setAutoCommit(false);
            Files.writeString(stopped.resolveSibling("trying"), "");
            // Into the freed room; more of them would split the leaf, and make room again.
            insert(last, 5000, inAnInsert ? 4 : 80, "b");
            last.commit();
            Runtime.getRuntime().halt(0);
        }
    }

    private static void fill(Connection connection) {
        try {
            insert(connection, 7000, 80, "c");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
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
