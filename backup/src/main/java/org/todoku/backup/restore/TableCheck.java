package org.todoku.backup.restore;

import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Every table against its indexes, {@value #THREADS} at once, each on a connection of its own: of
 * what people wait for at an emergency move this is the longest part.
 */
final class TableCheck {
    private static final int THREADS = 2;

    private final String url;

    TableCheck(String url) {
        this.url = url;
    }

    private record Table(String schema, String name, boolean derbys) {
        String quoted() {
            return "\"" + schema + "\".\"" + name + "\"";
        }
    }

    /** Rows by table, of the tables that are not Derby's own; the first that is broken ends it. */
    Map<String, Long> run(Connection connection) throws SQLException, IOException {
        // Platform threads: Derby's locks would pin virtual ones.
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            Map<String, Future<Long>> counts = new LinkedHashMap<>();
            for (Table table : tables(connection)) {
                if (table.derbys()) {
                    // They are small, and may not be locked by another connection meanwhile.
                    check(connection, table);
                } else {
                    counts.put(table.name(), threads.submit(() -> check(table)));
                }
            }
            Map<String, Long> rows = new LinkedHashMap<>();
            for (Map.Entry<String, Future<Long>> count : counts.entrySet()) {
                rows.put(
                        count.getKey(),
                        Workers.await("checking the table " + count.getKey(), count.getValue()));
            }
            return rows;
        }
    }

    /** Derby's own first. */
    private static List<Table> tables(Connection connection) throws SQLException {
        List<Table> tables = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery(
                                """
                                select s.schemaname, t.tablename, t.tabletype
                                  from sys.sysschemas s join sys.systables t
                                    on t.schemaid = s.schemaid
                                 where t.tabletype in ('T', 'S')
                                 order by t.tabletype, t.tablename
                                """)) {
            while (rows.next()) {
                tables.add(
                        new Table(
                                rows.getString(1),
                                rows.getString(2),
                                rows.getString(3).equals("S")));
            }
        }
        return tables;
    }

    private long check(Table table) throws SQLException {
        try (Connection own = DriverManager.getConnection(url)) {
            check(own, table);
            try (Statement statement = own.createStatement();
                    ResultSet count =
                            statement.executeQuery("select count(*) from " + table.quoted())) {
                count.next();
                return count.getLong(1);
            }
        }
    }

    private static void check(Connection connection, Table table) throws SQLException {
        try (PreparedStatement check =
                connection.prepareStatement("values SYSCS_UTIL.SYSCS_CHECK_TABLE(?, ?)")) {
            check.setString(1, table.schema());
            check.setString(2, table.name());
            check.executeQuery().close();
        }
    }
}
