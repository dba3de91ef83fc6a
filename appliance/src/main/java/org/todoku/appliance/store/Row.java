package org.todoku.appliance.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/**
 * One row of a result, read by column name while its mapper runs; not to be kept.
 *
 * <p>Times are stored as BIGINT milliseconds since 1970 UTC: no driver, session or server time zone
 * can shift them, and both databases compare them alike.
 */
public final class Row {
    private final ResultSet results;

    Row(ResultSet results) {
        this.results = results;
    }

    /** Makes a value of one row. */
    @FunctionalInterface
    public interface Mapper<T> {
        T map(Row row);
    }

    /** A column that is never null. */
    public String text(String column) {
        return optionalText(column)
                .orElseThrow(() -> new IllegalStateException(column + " is null"));
    }

    public Optional<String> optionalText(String column) {
        try {
            return Optional.ofNullable(results.getString(column));
        } catch (SQLException e) {
            throw SqlFailure.of(e);
        }
    }

    public long longValue(String column) {
        try {
            return results.getLong(column);
        } catch (SQLException e) {
            throw SqlFailure.of(e);
        }
    }

    public Optional<Long> optionalLong(String column) {
        try {
            long value = results.getLong(column);
            return results.wasNull() ? Optional.empty() : Optional.of(value);
        } catch (SQLException e) {
            throw SqlFailure.of(e);
        }
    }

    public int intValue(String column) {
        return Math.toIntExact(longValue(column));
    }

    public boolean bool(String column) {
        try {
            return results.getBoolean(column);
        } catch (SQLException e) {
            throw SqlFailure.of(e);
        }
    }

    public Instant instant(String column) {
        return Instant.ofEpochMilli(longValue(column));
    }

    public Optional<Instant> optionalInstant(String column) {
        return optionalLong(column).map(Instant::ofEpochMilli);
    }

    public byte[] bytes(String column) {
        try {
            byte[] value = results.getBytes(column);
            if (value == null) {
                throw new IllegalStateException(column + " is null");
            }
            return value;
        } catch (SQLException e) {
            throw SqlFailure.of(e);
        }
    }
}
