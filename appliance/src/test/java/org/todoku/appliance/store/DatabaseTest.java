package org.todoku.appliance.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init")
class DatabaseTest {
    @TempDir Path dir;
    private Database database;

    @BeforeEach
    void open() {
        database = TestStore.open(dir);
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void rollsBackWholeWhenTheWorkFails() {
        assertThatThrownBy(
                        () ->
                                database.change(
                                        tx -> {
                                            put(tx, "a");
                                            throw new IllegalStateException("stop");
                                        }))
                .hasMessage("stop");
        assertThat(settings()).isZero();
    }

    @Test
    void aClosedGateRefusesAtOnceAndReadersGoOn() {
        database.gate().close("the disk does not answer", "wait");
        assertThatThrownBy(() -> database.change(tx -> put(tx, "a")))
                .hasMessageContaining("[storage-unavailable]");
        assertThat(settings()).isZero();
        database.gate().open();
        database.change(tx -> put(tx, "a"));
        assertThat(settings()).isOne();
    }

    @Test
    void workThatMissesItsDeadlineBeforeItsCommitHasNotHappened() throws InterruptedException {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        assertThatThrownBy(
                        () ->
                                database.writeWithin(
                                        Duration.ofMillis(200),
                                        tx -> {
                                            put(tx, "late");
                                            awaitQuietly(release);
                                            ended.countDown();
                                            return 1;
                                        }))
                .hasMessageContaining("[storage-unavailable]");
        release.countDown();
        assertThat(ended.await(5, TimeUnit.SECONDS)).isTrue();
        // A second writer of the same key waits for the first one's rollback.
        database.change(tx -> put(tx, "late"));
        assertThat(settings()).isOne();
    }

    @Test
    void triesAgainAfterADeadlock() throws InterruptedException {
        database.change(
                tx -> {
                    put(tx, "a");
                    put(tx, "b");
                });
        CountDownLatch bothHoldOne = new CountDownLatch(2);
        AtomicInteger runs = new AtomicInteger();
        Thread other = Thread.ofVirtual().start(() -> crosswise("a", "b", bothHoldOne, runs));
        crosswise("b", "a", bothHoldOne, runs);
        other.join();
        assertThat(runs.get()).isGreaterThan(2);
    }

    @Test
    void tellsADuplicateKeyFromABug() {
        database.change(tx -> put(tx, "a"));
        assertThatThrownBy(() -> database.change(tx -> put(tx, "a")))
                .isInstanceOf(DuplicateKeyException.class);
        assertThatThrownBy(() -> database.change(tx -> tx.update("NO SQL")))
                .isInstanceOf(IllegalStateException.class);
    }

    private void crosswise(
            String first, String second, CountDownLatch bothHoldOne, AtomicInteger runs) {
        database.change(
                tx -> {
                    runs.incrementAndGet();
                    tx.update("UPDATE setting SET content = 'x' WHERE name = ?", first);
                    bothHoldOne.countDown();
                    awaitQuietly(bothHoldOne);
                    tx.update("UPDATE setting SET content = 'x' WHERE name = ?", second);
                });
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            if (!latch.await(5, TimeUnit.SECONDS)) {
                throw new IllegalStateException("nobody came");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void put(Tx tx, String name) {
        tx.update("INSERT INTO setting(name, content) VALUES (?, 'x')", name);
    }

    private long settings() {
        return database.<Long>read(tx -> tx.count("SELECT COUNT(*) AS n FROM setting"));
    }
}
