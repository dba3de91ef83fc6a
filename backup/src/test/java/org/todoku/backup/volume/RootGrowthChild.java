package org.todoku.backup.volume;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * {@code make DIR}: lets the roots of many indexes grow in one transaction, commits, and dies.
 * {@code boot plain|mended DIR…}: boots each and prints a line: its name and what came of it.
 */
final class RootGrowthChild {
    /** Widths of the keys: with some of them a root is full to nearly its last byte. */
    static final int[] WIDTHS = {11, 13, 17, 19, 23, 29, 31, 37};

    private RootGrowthChild() {}

    public static void main(String[] args) throws Exception {
        if (args[0].equals("make")) {
            make("jdbc:derby:" + args[1]);
            return;
        }
        boolean mended = args[1].equals("mended");
        if (mended && !UndoneGrowth.install()) {
            throw new IllegalStateException("Derby could not be mended");
        }
        for (int i = 2; i < args.length; i++) {
            System.out.println(Path.of(args[i]).getFileName() + " " + boot(args[i]));
        }
        System.out.flush();
        Runtime.getRuntime().halt(0);
    }

    private static void make(String url) throws SQLException {
        StringBuilder columns = new StringBuilder("id int not null");
        for (int width : WIDTHS) {
            columns.append(", c%1$d char(%1$d) not null".formatted(width));
        }
        try (Connection connection = DriverManager.getConnection(url + ";create=true");
                Statement statement = connection.createStatement()) {
            statement.execute("create table t(" + columns + ")");
            for (int width : WIDTHS) {
                statement.execute("create index i%1$d on t(c%1$d)".formatted(width));
            }
            statement.execute("call SYSCS_UTIL.SYSCS_CHECKPOINT_DATABASE()");
            connection.setAutoCommit(false);
            try (PreparedStatement insert =
                    connection.prepareStatement(
                            "insert into t values(?" + ", ?".repeat(WIDTHS.length) + ")")) {
                for (int id = 0; id < 160; id++) {
                    insert.setInt(1, id);
                    for (int i = 0; i < WIDTHS.length; i++) {
                        insert.setString(2 + i, Integer.toString(id * 7919 % 1000));
                    }
                    insert.executeUpdate();
                }
            }
            connection.commit();
            Runtime.getRuntime().halt(0);
        }
    }

    private static String boot(String database) {
        try (Connection connection = DriverManager.getConnection("jdbc:derby:" + database);
                Statement statement = connection.createStatement();
                ResultSet checked =
                        statement.executeQuery("values SYSCS_UTIL.SYSCS_CHECK_TABLE('APP', 'T')")) {
            return checked.next() && checked.getInt(1) == 1 ? "sound" : "not sound";
        } catch (SQLException e) {
            Throwable root = e;
            while (root.getCause() != null) {
                root = root.getCause();
            }
            return String.valueOf(root.getMessage());
        }
    }
}
