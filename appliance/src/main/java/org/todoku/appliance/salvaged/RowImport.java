package org.todoku.appliance.salvaged;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Puts salvaged rows into the database of the new service, in its caller's transaction. A new row
 * goes in where its key is free; a changed one replaces exactly the state that the archive had.
 * Whatever has changed since stays, with one exception: of a delivery that the new service does not
 * know the end of, the outcome that the old host recorded is taken.
 *
 * <p>Nothing is sent because of it: a message that was being sent comes in on hold, a delivery that
 * was claimed in doubt. What the old host deleted is not deleted.
 */
public final class RowImport {
    private static final String OUTCOME = "OUTCOME";
    private static final List<String> LEDGERS = List.of("DELIVERY", "OUTGOING_MAIL");
    private static final List<String> FINAL = List.of("handedOver", "refused", "expired");
    private static final List<String> UNKNOWN = List.of("queued", "deferred", "claimed", "inDoubt");
    private static final List<String> OUTCOME_COLUMNS =
            List.of(
                    OUTCOME,
                    "ATTEMPTS",
                    "CLAIMED_AT",
                    "FINISHED_AT",
                    "NEXT_ATTEMPT",
                    "STAGE",
                    "RESPONSE",
                    "RELAY");

    private final Connection database;
    private final Map<String, Table> tables = new LinkedHashMap<>();

    /** The connection stays the caller's. */
    public RowImport(Connection database, List<Table> known) {
        this.database = database;
        known.forEach(table -> tables.put(table.name(), table));
    }

    /**
     * What became of a row.
     *
     * @param taken whether it is in the service now because of this
     * @param why one line
     */
    public record Result(SalvagedRow row, boolean taken, String why) {}

    /** Of what a row contradicts nothing is changed. */
    public Result take(SalvagedRow row) throws SQLException {
        Table table = tables.get(row.table());
        if (table == null) {
            return new Result(row, false, "this version has no such table");
        }
        try {
            return take(table, row);
        } catch (SQLException e) {
            if (String.valueOf(e.getSQLState()).startsWith("23")) {
                return new Result(row, false, "it contradicts what is there: " + e.getMessage());
            }
            throw e;
        }
    }

    private Result take(Table table, SalvagedRow salvaged) throws SQLException {
        Map<String, @Nullable Object> row = salvaged.row();
        if (row == null) {
            return new Result(salvaged, false, "deletions are not repeated: do it by hand");
        }
        Map<String, @Nullable Object> quiet = quiet(table, row);
        Map<String, @Nullable Object> now = find(table, row);
        if (now == null) {
            if (salvaged.change().equals(SalvagedRow.CHANGED)) {
                return new Result(salvaged, false, "the service has deleted it since");
            }
            execute(table.insert(quiet.keySet()), table, new ArrayList<>(quiet.keySet()), quiet);
            return new Result(salvaged, true, "added");
        }
        if (same(now, row)) {
            return new Result(salvaged, false, "it is there already");
        }
        if (LEDGERS.contains(table.name())
                && FINAL.contains(String.valueOf(row.get(OUTCOME)))
                && UNKNOWN.contains(String.valueOf(now.get(OUTCOME)))) {
            update(table, OUTCOME_COLUMNS, row);
            return new Result(salvaged, true, "the old host knew: " + row.get(OUTCOME));
        }
        Map<String, @Nullable Object> before = salvaged.before();
        if (before == null || !same(now, before)) {
            return new Result(salvaged, false, "the service has something newer");
        }
        List<String> changed = new ArrayList<>();
        quiet.forEach(
                (column, value) -> {
                    if (!Objects.equals(text(value), text(now.get(column)))) {
                        changed.add(column);
                    }
                });
        if (changed.isEmpty()) {
            return new Result(salvaged, false, "it is there already");
        }
        update(table, changed, quiet);
        return new Result(salvaged, true, "changed");
    }

    /** So that nothing is sent by the mere import. */
    private static Map<String, @Nullable Object> quiet(
            Table table, Map<String, @Nullable Object> row) {
        Map<String, @Nullable Object> quiet = new LinkedHashMap<>(row);
        if (table.name().equals("MESSAGE")) {
            quiet.computeIfPresent(
                    "STATE", (c, state) -> state.equals("sending") ? "onHold" : state);
        }
        if (LEDGERS.contains(table.name())) {
            quiet.computeIfPresent(OUTCOME, (c, is) -> is.equals("claimed") ? "inDoubt" : is);
        }
        quiet.keySet().retainAll(table.columns().keySet());
        return quiet;
    }

    private @Nullable Map<String, @Nullable Object> find(
            Table table, Map<String, @Nullable Object> row) throws SQLException {
        try (PreparedStatement select = database.prepareStatement(table.selectOne())) {
            bind(select, 1, table, table.key(), row);
            try (ResultSet found = select.executeQuery()) {
                return found.next() ? table.read(found) : null;
            }
        }
    }

    private void update(Table table, List<String> columns, Map<String, @Nullable Object> row)
            throws SQLException {
        List<String> known = columns.stream().filter(table.columns()::containsKey).toList();
        List<String> bound = new ArrayList<>(known);
        bound.addAll(table.key());
        execute(table.update(known), table, bound, row);
    }

    private void execute(
            String sql, Table table, List<String> columns, Map<String, @Nullable Object> row)
            throws SQLException {
        try (PreparedStatement statement = database.prepareStatement(sql)) {
            bind(statement, 1, table, columns, row);
            if (statement.executeUpdate() != 1) {
                throw new IllegalStateException("not one row: " + sql);
            }
        }
    }

    private static void bind(
            PreparedStatement statement,
            int from,
            Table table,
            List<String> columns,
            Map<String, @Nullable Object> row)
            throws SQLException {
        int at = from;
        for (String column : columns) {
            Object value = table.argument(column, row.get(column));
            if (value == null) {
                statement.setNull(at, table.columns().getOrDefault(column, java.sql.Types.VARCHAR));
            } else {
                statement.setObject(at, value);
            }
            at++;
        }
    }

    /** Numbers may have come through JSON, so that they are compared as they are written. */
    private static boolean same(Map<String, @Nullable Object> a, Map<String, @Nullable Object> b) {
        for (Map.Entry<String, @Nullable Object> value : a.entrySet()) {
            if (!Objects.equals(text(value.getValue()), text(b.get(value.getKey())))) {
                return false;
            }
        }
        return true;
    }

    private static @Nullable String text(@Nullable Object value) {
        return value == null ? null : value.toString();
    }
}
