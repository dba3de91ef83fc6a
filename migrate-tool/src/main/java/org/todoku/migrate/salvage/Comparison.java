package org.todoku.migrate.salvage;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.salvaged.SalvagedRow;
import org.todoku.appliance.salvaged.Table;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;

/**
 * What one database has and another one has not, table by table, by the primary key. Reads both in
 * the order of the key, side by side, so it holds two rows in memory.
 */
public final class Comparison {
    private final Connection old;
    private final Connection archived;
    private int number;

    public Comparison(Connection old, Connection archived) {
        this.old = old;
        this.archived = archived;
    }

    /** Tells each difference, in an order in which they can be put in. */
    public void run(Consumer<SalvagedRow> found) {
        try {
            List<Table> there = Table.of(archived);
            for (Table table : Table.of(old)) {
                boolean known = there.stream().anyMatch(t -> t.name().equals(table.name()));
                compare(table, known, found);
            }
        } catch (SQLException e) {
            throw new BackupException(
                    BackupFault.DATABASE_FAILED,
                    "comparing the old database with the archive's",
                    String.valueOf(e.getMessage()),
                    "was the old directory written by a Todoku of this version?",
                    e);
        }
    }

    private void compare(Table table, boolean known, Consumer<SalvagedRow> found)
            throws SQLException {
        try (Statement left = old.createStatement();
                Statement right = archived.createStatement();
                ResultSet mine = left.executeQuery(table.select());
                ResultSet theirs =
                        right.executeQuery(
                                known ? table.select() : "VALUES 1 FETCH FIRST 0 ROWS ONLY")) {
            Map<String, @Nullable Object> a = next(table, mine);
            Map<String, @Nullable Object> b = next(table, theirs);
            while (a != null || b != null) {
                int order = a == null ? 1 : b == null ? -1 : order(table, a, b);
                if (order < 0 || (order == 0 && !java.util.Objects.equals(a, b))) {
                    String change = order < 0 ? SalvagedRow.NEW : SalvagedRow.CHANGED;
                    found.accept(row(table, change, a, order < 0 ? null : b));
                } else if (order > 0) {
                    found.accept(row(table, SalvagedRow.DELETED, null, b));
                }
                a = order <= 0 ? next(table, mine) : a;
                b = order >= 0 ? next(table, theirs) : b;
            }
        }
    }

    private SalvagedRow row(
            Table table,
            String change,
            @Nullable Map<String, @Nullable Object> row,
            @Nullable Map<String, @Nullable Object> before) {
        number++;
        return new SalvagedRow(
                number,
                table.name(),
                change,
                table.key(),
                row,
                before,
                RowText.of(table.name(), change, row, before));
    }

    private static @Nullable Map<String, @Nullable Object> next(Table table, ResultSet rows)
            throws SQLException {
        return rows.next() ? table.read(rows) : null;
    }

    private static int order(
            Table table, Map<String, @Nullable Object> a, Map<String, @Nullable Object> b) {
        for (String column : table.key()) {
            Object x = a.get(column);
            Object y = b.get(column);
            int order =
                    x instanceof Long left && y instanceof Long right
                            ? left.compareTo(right)
                            : String.valueOf(x).compareTo(String.valueOf(y));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }
}
