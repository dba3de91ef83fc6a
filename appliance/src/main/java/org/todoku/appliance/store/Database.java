package org.todoku.appliance.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;

/**
 * The one way to the database. Thread-safe.
 *
 * <p>Each transaction runs on a thread of its own and its caller waits with a deadline: storage
 * that hangs holds at most the pool's connections (16), never a request. A write whose deadline
 * passes before its commit began is rolled back and reported as storage-unavailable; one whose
 * commit is on its way is reported as outcome-unknown. A deadlock or lock timeout is retried here,
 * up to 5 times with jitter, and nowhere else: the work must bear being run again.
 */
public final class Database implements AutoCloseable {
    /** CONTRACT: a write is answered within 5 s, one way or the other. */
    public static final Duration DEADLINE = Duration.ofSeconds(5);

    /** Derby answers short transactions in milliseconds; more connections only queue at its log. */
    public static final int MAX_CONNECTIONS = 16;

    private static final Logger LOG = LoggerFactory.getLogger(Database.class);
    private static final int ATTEMPTS = 5;

    /** Derby's own value. */
    private static final long LEAST_LOCKED_ROWS = 5_000;

    private static final long MOST_LOCKED_ROWS = 500_000;

    /** Measured, about. */
    private static final long LOCK_BYTES = 200;

    private static final long LEAST_CACHED_PAGES = 4000;

    /** Measured in a heap dump: of 10.2 KiB 4 are the page's bytes, 6 Derby's objects for rows. */
    private static final long CACHED_PAGE = 10_450;

    private static final Duration CONNECTION_WAIT = Duration.ofSeconds(2);

    private final String url;
    private final HikariDataSource pool;
    private final WriteGate gate;
    private final Dialect dialect;

    private Database(String url, HikariDataSource pool, WriteGate gate) {
        this.url = url;
        this.pool = pool;
        this.gate = gate;
        this.dialect = Dialect.of(url);
    }

    /** Work inside a transaction. */
    @FunctionalInterface
    public interface Work<T> {
        T in(Tx tx);
    }

    /** Work inside a transaction that answers nothing. */
    @FunctionalInterface
    public interface Change {
        void in(Tx tx);
    }

    /**
     * Opens the pool and the database behind it; fails with storage-unavailable when that cannot be
     * reached.
     */
    public static Database open(String url, WriteGate gate) {
        prepareEngine(url);
        boot(url);
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setPoolName("todoku");
        config.setMaximumPoolSize(MAX_CONNECTIONS);
        config.setMinimumIdle(2);
        config.setAutoCommit(false);
        config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        config.setConnectionTimeout(CONNECTION_WAIT.toMillis());
        config.setInitializationFailTimeout(Duration.ofSeconds(10).toMillis());
        try {
            return new Database(url, new HikariDataSource(config), gate);
        } catch (RuntimeException e) {
            throw new FaultException(
                    Fault.STORAGE_UNAVAILABLE,
                    "open the database",
                    String.valueOf(e.getMessage()),
                    "is another process using the directory, and is it writable?",
                    e);
        }
    }

    public Dialect dialect() {
        return dialect;
    }

    public WriteGate gate() {
        return gate;
    }

    /** Reads in one transaction. */
    public <T> T read(Work<T> work) {
        return new Transaction<>(this, work, false).runWithin(DEADLINE);
    }

    /**
     * Like {@link #read} for what is known to be long, such as an export: one of the connections is
     * gone meanwhile.
     */
    public <T> T readWithin(Duration deadline, Work<T> work) {
        return new Transaction<>(this, work, false).runWithin(deadline);
    }

    /** Writes in one transaction, or refuses at once when the gate is closed. */
    public <T> T write(Work<T> work) {
        return writeWithin(DEADLINE, work);
    }

    /**
     * Like {@link #write} for what no request waits for, or what is known to be long, such as an
     * import.
     */
    public <T> T writeWithin(Duration deadline, Work<T> work) {
        gate.enter();
        return new Transaction<>(this, work, true).runWithin(deadline);
    }

    /** {@link #write} without an answer. */
    public void change(Change change) {
        Boolean done =
                write(
                        tx -> {
                            change.in(tx);
                            return Boolean.TRUE;
                        });
        assert done;
    }

    /** Closes the pool and, for embedded Derby, the engine's database (with a checkpoint). */
    @Override
    public void close() {
        pool.close();
        if (dialect == Dialect.DERBY) {
            int attributes = url.indexOf(';');
            String place = attributes < 0 ? url : url.substring(0, attributes);
            try (Connection none = DriverManager.getConnection(place + ";shutdown=true")) {
                LOG.warn("Derby did not confirm that it shut down: {}", none);
            } catch (SQLException e) {
                // 08006 says that the database shut down as asked.
                if (!"08006".equals(e.getSQLState())) {
                    LOG.warn("Derby did not shut down cleanly: {}", e.getMessage());
                }
            }
        }
    }

    DataSource pool() {
        return pool;
    }

    /**
     * Runs the work until it is committed or fails for good; called on the transaction's own
     * thread.
     */
    <T> T attempt(Transaction<T> transaction) {
        for (int attempt = 1; ; attempt++) {
            try {
                return once(transaction);
            } catch (SqlFailure e) {
                if (!e.retryable() || attempt == ATTEMPTS) {
                    throw e.judged();
                }
                long jitter = ThreadLocalRandom.current().nextLong(20_000_000L << attempt);
                LockSupport.parkNanos(jitter);
            }
        }
    }

    private <T> T once(Transaction<T> transaction) {
        try (Connection connection = pool.getConnection()) {
            boolean committed = false;
            try {
                T answer = transaction.work().in(new Tx(connection, dialect));
                transaction.beginCommit();
                connection.commit();
                committed = true;
                return answer;
            } finally {
                if (!committed) {
                    connection.rollback();
                }
            }
        } catch (SQLException e) {
            throw SqlFailure.of(e);
        }
    }

    /**
     * A row lock held by a hanging commit must not hold its readers for Derby's default of 60 s.
     */
    private static void prepareEngine(String url) {
        if (Dialect.of(url) == Dialect.DERBY) {
            setUnlessSet("derby.locks.waitTimeout", "1");
            setUnlessSet("derby.locks.deadlockTimeout", "1");
            setUnlessSet("derby.locks.escalationThreshold", "" + lockedRows());
            setUnlessSet("derby.storage.pageCacheSize", "" + pageCache());
        }
    }

    /**
     * Beyond so many rows of a table that one transaction has changed, Derby locks the whole table:
     * an import would keep everybody from it until it ends. The locks of one table may take a 32nd
     * of the heap, for an import changes several.
     */
    private static long lockedRows() {
        long fitting = Runtime.getRuntime().maxMemory() / 32 / LOCK_BYTES;
        return Math.clamp(fitting, LEAST_LOCKED_ROWS, MOST_LOCKED_ROWS);
    }

    /**
     * The cache should hold the working set: a page that is not in it is read from a disk that may
     * hang, and then nothing can time the reader out. A third of the heap, in pages of 4 KiB; each
     * is only taken when it is used.
     */
    private static long pageCache() {
        return Math.max(LEAST_CACHED_PAGES, Runtime.getRuntime().maxMemory() / 3 / CACHED_PAGE);
    }

    /**
     * The pool gives a connection {@link #CONNECTION_WAIT}; the recovery of an embedded engine may
     * take longer, and must not be cut off by that.
     */
    private static void boot(String url) {
        if (Dialect.of(url) != Dialect.DERBY) {
            return;
        }
        DriverManager.setLoginTimeout(0);
        try (Connection first = DriverManager.getConnection(url)) {
            LOG.debug("booted {}", first);
        } catch (SQLException e) {
            throw new FaultException(
                    Fault.STORAGE_UNAVAILABLE,
                    "open the database",
                    causes(e),
                    "is another process using the directory, and is it writable?",
                    e);
        }
    }

    /** Derby names the real reason last. */
    private static String causes(SQLException e) {
        StringBuilder text = new StringBuilder(String.valueOf(e.getMessage()));
        for (SQLException next = e.getNextException(); next != null; ) {
            text.append(": ").append(next.getMessage());
            next = next.getNextException();
        }
        return text.toString();
    }

    private static void setUnlessSet(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }
}
