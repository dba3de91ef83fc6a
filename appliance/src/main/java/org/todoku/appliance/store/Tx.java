package org.todoku.appliance.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One running transaction. Valid only inside {@link Database#read} or {@link Database#write}; not
 * thread-safe.
 *
 * <p>Parameters may be String, Long, Integer, Boolean, byte[], Instant (stored as milliseconds),
 * Optional of these, or null.
 */
public final class Tx {
    private static final int AT_ONCE = 1000;

    private final Connection connection;
    private final Dialect dialect;

    Tx(Connection connection, Dialect dialect) {
        this.connection = connection;
        this.dialect = dialect;
    }

    public Dialect dialect() {
        return dialect;
    }

    /** All rows, mapped. The statement should bound their number. */
    public <T> List<T> query(String sql, Row.Mapper<T> mapper, @Nullable Object... parameters) {
        try (PreparedStatement statement = prepare(sql, parameters);
                ResultSet results = statement.executeQuery()) {
            List<T> found = new ArrayList<>();
            Row row = new Row(results);
            while (results.next()) {
                found.add(mapper.map(row));
            }
            return found;
        } catch (SQLException e) {
            throw SqlFailure.of(e);
        }
    }

    /** All rows, one after the other, however many there are; none is kept. */
    public void scan(String sql, Consumer<Row> taker, @Nullable Object... parameters) {
        try (PreparedStatement statement = prepare(sql, parameters);
                ResultSet results = statement.executeQuery()) {
            Row row = new Row(results);
            while (results.next()) {
                taker.accept(row);
            }
        } catch (SQLException e) {
            throw SqlFailure.of(e);
        }
    }

    /** At most one row; more are a bug. */
    public <T> Optional<T> queryOne(
            String sql, Row.Mapper<T> mapper, @Nullable Object... parameters) {
        List<T> found = query(sql, mapper, parameters);
        if (found.size() > 1) {
            throw new IllegalStateException("more than one row: " + sql);
        }
        return found.stream().findFirst();
    }

    /** The one number that a {@code SELECT COUNT(*) AS n …} answers. */
    public long count(String sql, @Nullable Object... parameters) {
        return queryOne(sql, row -> row.longValue("n"), parameters).orElseThrow();
    }

    /** The one number of a query, whatever its column is called. */
    public long number(String sql) {
        try (PreparedStatement statement = prepare(sql, new Object[0]);
                ResultSet results = statement.executeQuery()) {
            if (!results.next()) {
                throw new IllegalStateException("no row: " + sql);
            }
            return results.getLong(1);
        } catch (SQLException e) {
            throw SqlFailure.of(e);
        }
    }

    /** Changes rows; answers how many. */
    public int update(String sql, @Nullable Object... parameters) {
        try (PreparedStatement statement = prepare(sql, parameters)) {
            return statement.executeUpdate();
        } catch (SQLException e) {
            throw SqlFailure.of(e);
        }
    }

    /**
     * The same statement for many parameter rows; answers the changed rows of each. The driver
     * holds {@value #AT_ONCE} of them at a time: a row of the ledger costs it 1.5 KB.
     */
    public int[] batch(String sql, List<? extends @Nullable Object[]> parameterRows) {
        int[] changed = new int[parameterRows.size()];
        if (changed.length == 0) {
            return changed;
        }
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            int given = 0;
            int done = 0;
            for (@Nullable Object[] parameters : parameterRows) {
                bind(statement, parameters);
                statement.addBatch();
                given++;
                if (given - done == AT_ONCE || given == changed.length) {
                    int[] some = statement.executeBatch();
                    System.arraycopy(some, 0, changed, done, some.length);
                    done = given;
                }
            }
            return changed;
        } catch (SQLException e) {
            throw SqlFailure.of(innermost(e));
        }
    }

    /** Work on the connection itself. */
    @FunctionalInterface
    public interface Raw<T> {
        T on(Connection connection) throws SQLException;
    }

    /**
     * What the other methods cannot say: the catalogue, and columns that are known only when it
     * runs. The transaction stays this one's: the work neither commits nor closes.
     */
    public <T> T raw(Raw<T> work) {
        try {
            return work.on(connection);
        } catch (SQLException e) {
            throw SqlFailure.of(e);
        }
    }

    private PreparedStatement prepare(String sql, @Nullable Object[] parameters)
            throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        try {
            bind(statement, parameters);
            return statement;
        } catch (SQLException | RuntimeException e) {
            statement.close();
            throw e;
        }
    }

    private void bind(PreparedStatement statement, @Nullable Object[] parameters)
            throws SQLException {
        for (int i = 0; i < parameters.length; i++) {
            Object value = parameters[i];
            if (value instanceof Optional<?> optional) {
                value = optional.isPresent() ? optional.get() : null;
            }
            switch (value) {
                case null -> statement.setNull(i + 1, dialect.nullType());
                case String text -> statement.setString(i + 1, text);
                case Long number -> statement.setLong(i + 1, number);
                case Integer number -> statement.setInt(i + 1, number);
                case Boolean flag -> statement.setBoolean(i + 1, flag);
                case Instant time -> statement.setLong(i + 1, time.toEpochMilli());
                case byte[] bytes -> statement.setBytes(i + 1, bytes);
                default -> throw new IllegalArgumentException("parameter of " + value.getClass());
            }
        }
    }

    /**
     * Derby reports a failed batch as a BatchUpdateException whose next exception is the real one.
     */
    private static SQLException innermost(SQLException failure) {
        SQLException next = failure.getNextException();
        return next == null ? failure : next;
    }
}
