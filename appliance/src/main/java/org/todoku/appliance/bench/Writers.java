package org.todoku.appliance.bench;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Threads that commit rows one by one, each when the last is durable, or so many a second in all;
 * and one that reads rows from the page cache. Begun by construction, ended by {@link #close}.
 */
final class Writers implements AutoCloseable {
    static final String TABLE = "create table t(id int primary key, text varchar(100))";
    private static final String ROW = "a row of the size that a delivery has in the ledger, or so";
    private static final int CACHED_ROWS = 500;

    private final String url;
    private final AtomicInteger ids;
    private final Latencies commits = new Latencies();
    private final Latencies reads = new Latencies();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Future<?>> work = new ArrayList<>();
    private volatile boolean stopped;

    /**
     * How hard they work.
     *
     * @param perSecond of all together; 0 for as fast as they can
     */
    record Load(int threads, int perSecond) {}

    /**
     * @param ids numbers of rows that nobody has used yet
     */
    Writers(String url, AtomicInteger ids, Load load) {
        this.url = url;
        this.ids = ids;
        for (int i = 0; i < load.threads(); i++) {
            long pace = load.perSecond() == 0 ? 0 : 1_000_000_000L * load.threads();
            long nanos = pace == 0 ? 0 : pace / load.perSecond();
            work.add(threads.submit(() -> commit(nanos)));
        }
    }

    /** Also reads, about a thousand times a second, rows that were there before. */
    Writers reading() {
        work.add(threads.submit(this::read));
        return this;
    }

    Latencies commits() {
        return commits;
    }

    Latencies reads() {
        return reads;
    }

    /** Lets them work for so long. */
    static void sleep(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    /** Waits for the calls that are under way; fails when one of the threads had failed. */
    @Override
    public void close() throws SQLException {
        stopped = true;
        threads.close();
        for (Future<?> each : work) {
            if (each.state() == Future.State.FAILED) {
                throw new SQLException("a writer or reader failed", each.exceptionNow());
            }
        }
    }

    private Void commit(long paceNanos) throws SQLException {
        Latencies.Recorder recorder = commits.recorder();
        try (Connection connection = DriverManager.getConnection(url);
                PreparedStatement insert =
                        connection.prepareStatement("insert into t values(?, ?)")) {
            long due = System.nanoTime();
            while (!stopped) {
                long start = System.nanoTime();
                insert.setInt(1, ids.incrementAndGet());
                insert.setString(2, ROW);
                insert.executeUpdate();
                recorder.note(start, System.nanoTime());
                due += paceNanos;
                if (paceNanos > 0 && due - System.nanoTime() > 0) {
                    sleep(Duration.ofNanos(due - System.nanoTime()));
                }
            }
        }
        return null;
    }

    private Void read() throws SQLException {
        Latencies.Recorder recorder = reads.recorder();
        try (Connection connection = DriverManager.getConnection(url);
                PreparedStatement select =
                        connection.prepareStatement("select text from t where id = ?")) {
            for (int i = 0; !stopped; i++) {
                long start = System.nanoTime();
                select.setInt(1, -1 - i % CACHED_ROWS);
                try (ResultSet row = select.executeQuery()) {
                    if (!row.next()) {
                        throw new SQLException("the row is not there");
                    }
                }
                recorder.note(start, System.nanoTime());
                LockSupport.parkNanos(1_000_000);
            }
        }
        return null;
    }

    /** Makes the table and the rows that are read. */
    static void prepare(String url) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url + ";create=true");
                Statement statement = connection.createStatement()) {
            statement.execute(TABLE);
            connection.setAutoCommit(false);
            for (int i = 1; i <= CACHED_ROWS; i++) {
                statement.execute("insert into t values(%d, '%s')".formatted(-i, ROW));
            }
            connection.commit();
        }
    }

    /** How many rows there are beside those of {@link #prepare}. */
    static int rows(String url) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet count = statement.executeQuery("select count(*) from t where id > 0")) {
            count.next();
            return count.getInt(1);
        }
    }

    static void shutDown(String url) throws SQLException {
        try (Connection open = DriverManager.getConnection(url + ";shutdown=true")) {
            throw new SQLException("still open: " + open);
        } catch (SQLException e) {
            // 08006 says that it shut down as asked.
            if (!"08006".equals(e.getSQLState())) {
                throw e;
            }
        }
    }
}
