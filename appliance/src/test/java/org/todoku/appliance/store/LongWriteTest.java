package org.todoku.appliance.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An import into a running server: one long transaction, and everybody else goes on. */
class LongWriteTest {
    private static final int ROWS = 8_000;

    @TempDir Path folder;

    @Test
    void manyRowsOfOneTransactionLockNoTable() throws Exception {
        Database database =
                Database.open(
                        "jdbc:derby:" + folder.resolve("db") + ";create=true", new WriteGate());
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            database.change(tx -> tx.update("CREATE TABLE thing(id BIGINT PRIMARY KEY)"));
            database.change(tx -> tx.update("INSERT INTO thing VALUES (-1)"));
            CountDownLatch written = new CountDownLatch(1);
            CountDownLatch others = new CountDownLatch(1);
            Future<Boolean> whole =
                    threads.submit(
                            () ->
                                    database.writeWithin(
                                            Duration.ofMinutes(2),
                                            tx -> write(tx, written, others)));
            assertThat(written.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(count(database, "id = -1")).isEqualTo(1);
            database.change(tx -> tx.update("INSERT INTO thing VALUES (-2)"));
            others.countDown();
            assertThat(whole.get()).isTrue();
            assertThat(count(database, "id >= 0")).isEqualTo(ROWS);
        } finally {
            database.close();
        }
    }

    private static boolean write(Tx tx, CountDownLatch written, CountDownLatch others) {
        List<Object[]> rows = new ArrayList<>();
        for (long id = 0; id < ROWS; id++) {
            rows.add(new Object[] {id});
        }
        boolean all = tx.batch("INSERT INTO thing VALUES (?)", rows).length == ROWS;
        written.countDown();
        try {
            return others.await(60, TimeUnit.SECONDS) && all;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static long count(Database database, String which) {
        return database.read(tx -> tx.count("SELECT COUNT(*) AS n FROM thing WHERE " + which));
    }
}
