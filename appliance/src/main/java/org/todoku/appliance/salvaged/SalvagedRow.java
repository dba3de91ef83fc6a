package org.todoku.appliance.salvaged;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A row that the archive never got, as one line of JSON has it. Times are milliseconds since 1970
 * as in the tables, bytes are Base64.
 *
 * @param number by which it is chosen
 * @param change new, changed (the archive has an earlier state of it) or deleted
 * @param key the columns of the primary key
 * @param row every column as the old host had it; null when it was deleted
 * @param before every column as the archive has it; null when it is new
 * @param text one line for people
 */
public record SalvagedRow(
        int number,
        String table,
        String change,
        List<String> key,
        @Nullable Map<String, @Nullable Object> row,
        @Nullable Map<String, @Nullable Object> before,
        String text) {
    public static final String NEW = "new";
    public static final String CHANGED = "changed";
    public static final String DELETED = "deleted";

    private static final JsonMapper JSON = new JsonMapper();

    public SalvagedRow {
        key = List.copyOf(key);
    }

    /** One line, without its end. */
    public String line() {
        try {
            return JSON.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Reads a line; empty when it is none of these. */
    public static Optional<SalvagedRow> parse(String line) {
        try {
            return Optional.of(JSON.readValue(line, SalvagedRow.class));
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }
}
