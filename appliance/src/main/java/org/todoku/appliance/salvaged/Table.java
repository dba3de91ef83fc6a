package org.todoku.appliance.salvaged;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A table of the product, found in the catalogue: whatever the product stores later is compared
 * too.
 *
 * @param columns name to type, in order
 */
public record Table(String name, List<String> key, Map<String, Integer> columns) {
    /** What the program keeps for itself, and no row of it belongs to another host. */
    private static final List<String> NOT_DATA = List.of("FLYWAY_SCHEMA_HISTORY", "SETTING");

    /** All that have a primary key, those that others refer to first. */
    public static List<Table> of(Connection database) throws SQLException {
        Map<String, Table> tables = new LinkedHashMap<>();
        try (ResultSet found =
                database.getMetaData()
                        .getTables(null, database.getSchema(), "%", new String[] {"TABLE"})) {
            while (found.next()) {
                String name = found.getString("TABLE_NAME");
                if (!NOT_DATA.contains(name.toUpperCase(java.util.Locale.ROOT))) {
                    one(database, name).ifPresent(table -> tables.put(name, table));
                }
            }
        }
        List<Table> sorted = new ArrayList<>();
        for (Table table : List.copyOf(tables.values())) {
            add(database, table, tables, sorted);
        }
        return sorted;
    }

    private static void add(
            Connection database, Table table, Map<String, Table> tables, List<Table> sorted)
            throws SQLException {
        if (tables.remove(table.name) == null) {
            return;
        }
        List<String> parents = new ArrayList<>();
        try (ResultSet keys =
                database.getMetaData().getImportedKeys(null, database.getSchema(), table.name)) {
            while (keys.next()) {
                parents.add(keys.getString("PKTABLE_NAME"));
            }
        }
        for (String parent : parents) {
            Table before = tables.get(parent);
            if (before != null) {
                add(database, before, tables, sorted);
            }
        }
        sorted.add(table);
    }

    private static Optional<Table> one(Connection database, String name) throws SQLException {
        Map<Integer, String> key = new TreeMap<>();
        try (ResultSet keys =
                database.getMetaData().getPrimaryKeys(null, database.getSchema(), name)) {
            while (keys.next()) {
                key.put(keys.getInt("KEY_SEQ"), keys.getString("COLUMN_NAME"));
            }
        }
        if (key.isEmpty()) {
            return Optional.empty();
        }
        Map<String, Integer> columns = new LinkedHashMap<>();
        try (ResultSet found =
                database.getMetaData().getColumns(null, database.getSchema(), name, "%")) {
            while (found.next()) {
                columns.put(found.getString("COLUMN_NAME"), found.getInt("DATA_TYPE"));
            }
        }
        return Optional.of(new Table(name, List.copyOf(key.values()), columns));
    }

    /** All rows in the order of the key. */
    public String select() {
        return "SELECT %s FROM %s ORDER BY %s"
                .formatted(list(columns.keySet()), quoted(name), list(key));
    }

    String selectOne() {
        return "SELECT %s FROM %s WHERE %s"
                .formatted(list(columns.keySet()), quoted(name), equalsTo(key, " AND "));
    }

    String insert(Iterable<String> given) {
        List<String> names = new ArrayList<>();
        given.forEach(names::add);
        return "INSERT INTO %s (%s) VALUES (%s)"
                .formatted(
                        quoted(name),
                        list(names),
                        names.stream().map(n -> "?").collect(Collectors.joining(", ")));
    }

    String update(List<String> changed) {
        return "UPDATE %s SET %s WHERE %s"
                .formatted(quoted(name), equalsTo(changed, ", "), equalsTo(key, " AND "));
    }

    /** A row as it is written and compared: numbers, texts, truth values, Base64. */
    public Map<String, @Nullable Object> read(ResultSet row) throws SQLException {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        int at = 1;
        for (Map.Entry<String, Integer> column : columns.entrySet()) {
            values.put(column.getKey(), value(row, at++, column.getValue()));
        }
        return values;
    }

    private static @Nullable Object value(ResultSet row, int at, int type) throws SQLException {
        Object value =
                switch (type) {
                    case Types.BIGINT, Types.INTEGER, Types.SMALLINT -> row.getLong(at);
                    case Types.BOOLEAN, Types.BIT -> row.getBoolean(at);
                    case Types.BLOB, Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY ->
                            base64(row.getBytes(at));
                    default -> row.getString(at);
                };
        return row.wasNull() ? null : value;
    }

    private static @Nullable String base64(byte @Nullable [] bytes) {
        return bytes == null ? null : Base64.getEncoder().encodeToString(bytes);
    }

    /** What a statement takes for a value that was read from JSON. */
    @Nullable Object argument(String column, @Nullable Object value) {
        boolean bytes =
                switch (columns.getOrDefault(column, Types.VARCHAR)) {
                    case Types.BLOB, Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY -> true;
                    default -> false;
                };
        return bytes && value != null ? Base64.getDecoder().decode(value.toString()) : value;
    }

    private static String equalsTo(List<String> names, String between) {
        return names.stream().map(n -> quoted(n) + " = ?").collect(Collectors.joining(between));
    }

    private static String list(Iterable<String> names) {
        List<String> quoted = new ArrayList<>();
        names.forEach(name -> quoted.add(quoted(name)));
        return String.join(", ", quoted);
    }

    private static String quoted(String name) {
        return "\"" + name.replace("\"", "") + "\"";
    }
}
