package org.todoku.appliance.continuity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.store.TestStore;

/** A machine that was paused: its wall clock is ahead by more than it ran. */
class WakeWatchTest {
    private static final Answer WRITER = () -> false;

    @TempDir Path folder;
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    private final AtomicReference<Answer> archive = new AtomicReference<>(WRITER);
    private final InstantSource clock = () -> Objects.requireNonNull(now.get());
    private final WakeWatch watch =
            new WakeWatch(() -> Objects.requireNonNull(archive.get()).isOver(), clock);

    private interface Answer {
        boolean isOver();
    }

    @BeforeEach
    void begin() {
        watch.begin();
    }

    @Test
    void knowsAtOnceThatItSleptAndGoesOnWhenTheArchiveSaysSo() {
        assertThat(watch.slept()).isFalse();
        now.set(Instant.EPOCH.plusSeconds(60));
        assertThat(watch.slept()).as("before its own thread ran").isTrue();
        assertThat(watch.step()).isPositive();
        assertThat(watch.slept()).isFalse();
    }

    @Test
    void staysUnsureWhenAnotherHostHasTakenOver() {
        archive.set(() -> true);
        now.set(Instant.EPOCH.plusSeconds(60));
        for (int i = 0; i < 3; i++) {
            assertThat(watch.step()).isPositive();
            assertThat(watch.slept()).isTrue();
        }
    }

    @Test
    void staysUnsureWhileTheArchiveDoesNotAnswer() {
        archive.set(
                () -> {
                    throw new FaultException(Fault.STORAGE_UNAVAILABLE, "ask", "no answer", "none");
                });
        now.set(Instant.EPOCH.plusSeconds(60));
        assertThat(watch.step()).isPositive();
        assertThat(watch.slept()).isTrue();
        archive.set(WRITER);
        assertThat(watch.step()).isPositive();
        assertThat(watch.slept()).isFalse();
    }

    @Test
    void aWriteWaitsForThatAndOneThatWasUnderWayIsNotConfirmed() throws Exception {
        try (Database database = TestStore.open(folder)) {
            database.gate().watch(watch::slept);
            // Opening took its time, which is no pause.
            watch.begin();
            assertThatThrownBy(
                            () ->
                                    database.change(
                                            tx -> {
                                                assertThat(tx.count(COUNT)).isZero();
                                                now.set(Instant.EPOCH.plusSeconds(60));
                                            }))
                    .isInstanceOfSatisfying(
                            FaultException.class,
                            e -> assertThat(e.fault()).isEqualTo(Fault.OUTCOME_UNKNOWN));
            CompletableFuture<Long> waiting =
                    CompletableFuture.supplyAsync(() -> database.write(tx -> tx.count(COUNT)));
            assertThatThrownBy(() -> waiting.get(300, TimeUnit.MILLISECONDS))
                    .isInstanceOf(java.util.concurrent.TimeoutException.class);
            assertThat(watch.step()).isPositive();
            assertThat(waiting.get(10, TimeUnit.SECONDS)).isZero();
        }
    }

    private static final String COUNT = "SELECT COUNT(*) AS n FROM member";
}
