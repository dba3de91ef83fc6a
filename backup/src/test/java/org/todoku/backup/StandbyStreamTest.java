package org.todoku.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.Feedings;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.restore.Standby;
import org.todoku.backup.ship.FedStatus;
import org.todoku.backup.volume.LocalLog;

/** A standby that the writer itself feeds, beside an archive that is far behind. */
class StandbyStreamTest {
    @TempDir Path root;

    @Test
    void hasWhatTheWriterForcedBeforeTheArchiveHas() throws Exception {
        try (Archive archive = TestDatabase.archive(seldomOpened());
                var writer = seldom(ForcePolicy.LOCAL_OR_ARCHIVE);
                Standby standby = open(archive, "b");
                Pipe pipe = Pipe.between(writer.backup, standby)) {
            for (int id = 100; id < 1100; id++) {
                writer.insert(id, 1);
            }
            await(() -> holdsAll(writer));
            assertThat(lagging(writer)).isTrue();
            assertThat(standby.status().stream().isLive()).isTrue();
            FedStatus fed = writer.backup.status().standbys().getFirst();
            System.out.printf(
                    "figure: fed standby in one process: force to its word p50 %.1f ms, p99 %.1f"
                            + " ms%n",
                    fed.lagP50().toNanos() / 1e6, fed.lagP99().toNanos() / 1e6);
            assertThat(pipe.isClosed()).isFalse();
            step(standby);
            assertThat(standby.status().restores()).isEqualTo(1);
        }
    }

    @Test
    void aTakeoverOnItBringsInWhatOnlyItHas() throws Exception {
        try (Archive archive = TestDatabase.archive(seldomOpened())) {
            try (var writer = seldom(ForcePolicy.LOCAL_AND_STANDBY);
                    Standby standby = open(archive, "b")) {
                try (Pipe pipe = Pipe.between(writer.backup, standby)) {
                    await(() -> counts(writer));
                    writer.insert(100, 500);
                    assertThat(lagging(writer)).isTrue();
                    standby.seal();
                    // Also if this host dies here: what it alone had is in the archive.
                    TestDatabase.restore(root, "sealed", java.util.Optional.empty());
                    standby.claim("http://b", "test", false);
                    assertThat(pipe.isClosed() || !standby.status().stream().isLive()).isTrue();
                }
                standby.promote();
                await(() -> !writer.fencedBy.isEmpty());
            }
        }
        assertThat(TestDatabase.rowsOf(root.resolve("sealed/db"))).isEqualTo(range(0, 600));
        try (var moved = TestDatabase.open(root, "b")) {
            assertThat(moved.rows()).isEqualTo(range(0, 600));
            moved.insert(600, 10);
        }
        TestDatabase.restore(root, "c", java.util.Optional.empty());
        assertThat(TestDatabase.rowsOf(root.resolve("c/db"))).isEqualTo(range(0, 610));
    }

    @Test
    void aTakeoverElsewhereIsRefusedUntilItHasLeftWhatItHas() throws Exception {
        try (Archive archive = TestDatabase.archive(seldomOpened())) {
            try (var writer = seldom(ForcePolicy.LOCAL_AND_STANDBY);
                    Standby fed = open(archive, "b");
                    Standby other = open(archive, "c")) {
                try (Pipe pipe = Pipe.between(writer.backup, fed)) {
                    await(() -> counts(writer));
                    writer.insert(100, 500);
                    assertThat(pipe.isClosed()).isFalse();
                    assertThatThrownBy(other::seal)
                            .isInstanceOfSatisfying(
                                    BackupException.class,
                                    e ->
                                            assertThat(e.fault())
                                                    .isEqualTo(BackupFault.HELD_ELSEWHERE));
                    assertThat(writer.fencedBy).isEmpty();
                }
                step(fed);
                other.seal();
                other.claim("http://c", "test", false);
                other.promote();
            }
        }
        assertThat(TestDatabase.rowsOf(root.resolve("c/db"))).isEqualTo(range(0, 600));
    }

    @Test
    void whatWasConfirmedByAStandbyThatIsGivenUpIsKeptThere() throws Exception {
        try (Archive archive = TestDatabase.archive(seldomOpened())) {
            try (var writer = seldom(ForcePolicy.LOCAL_AND_STANDBY);
                    Standby fed = open(archive, "b");
                    Standby other = open(archive, "c");
                    Pipe pipe = Pipe.between(writer.backup, fed)) {
                await(() -> counts(writer));
                writer.insert(100, 500);
                other.seal(true);
                other.claim("http://c", "test", false);
                other.promote();
                try (var moved = TestDatabase.open(root, "c")) {
                    assertThat(moved.rows()).isEqualTo(range(0, 100));
                    moved.insert(7000, 100);
                    assertThat(moved.backup.awaitArchived(TestDatabase.PATIENCE)).isTrue();
                    await(() -> step(fed).status().kept().isPresent());
                    step(fed);
                    assertThat(fed.status().trouble()).isEmpty();
                    assertThat(fed.status().restores()).isEqualTo(2);
                }
                await(pipe::isClosed);
                Path kept = Path.of(fed.status().kept().orElseThrow());
                assertThat(Files.isDirectory(kept.resolve("db/log"))).isTrue();
                assertThat(TestDatabase.rowsOf(kept.resolve("db"))).isEqualTo(range(0, 600));
            }
        }
    }

    @Test
    void aCommitWaitsForTheArchiveInThePlaceOfAStandbyThatIsAway() throws Exception {
        try (Archive archive = TestDatabase.archive(seldomOpened());
                var writer = seldom(ForcePolicy.LOCAL_AND_STANDBY);
                Standby standby = open(archive, "b")) {
            writer.insert(100, 25);
            assertThat(lagging(writer)).as("nobody is there: the archive has it").isFalse();
            try (Pipe pipe = Pipe.between(writer.backup, standby)) {
                await(() -> counts(writer));
                writer.insert(125, 25);
                assertThat(lagging(writer)).as("the standby has it").isTrue();
                pipe.holdUp();
                // Derby has one force under way at a time.
                CompletableFuture.runAsync(() -> insert(writer, 150, 25)).get(20, TimeUnit.SECONDS);
                assertThat(lagging(writer)).as("it does not answer: the archive").isFalse();
            }
        }
    }

    @Test
    void aStandbyThatWasKilledGoesOnWithTheStreamWhereItWas() throws Exception {
        try (Archive archive = TestDatabase.archive(seldomOpened());
                var writer = seldom(ForcePolicy.LOCAL_OR_ARCHIVE)) {
            for (int round = 0; round < 3; round++) {
                try (Standby standby = open(archive, "b");
                        Pipe pipe = Pipe.between(writer.backup, standby)) {
                    writer.insert(100 + round * 1500, 1500);
                    await(() -> holdsAll(writer));
                    assertThat(standby.status().restores()).isEqualTo(round == 0 ? 1 : 0);
                    assertThat(pipe.isClosed()).isFalse();
                }
            }
            assertThat(lagging(writer)).isTrue();
            try (Standby standby = open(archive, "b")) {
                standby.seal();
                standby.claim("http://b", "test", false);
                standby.promote();
            }
        }
        assertThat(TestDatabase.rowsOf(root.resolve("b/db"))).isEqualTo(range(0, 4600));
    }

    @Test
    void theWriterTakesItBackWhenTheArchiveHasAll() throws Exception {
        try (Archive archive = TestDatabase.archive(seldomOpened())) {
            long epoch;
            try (var writer = seldom(ForcePolicy.LOCAL_AND_STANDBY);
                    Standby standby = open(archive, "b");
                    Pipe pipe = Pipe.between(writer.backup, standby)) {
                await(() -> counts(writer));
                writer.insert(100, 25);
                epoch = archive.newestEpoch().orElseThrow().number();
                assertThat(new Feedings(archive).silent(epoch, "")).hasSize(1);
                assertThat(pipe.isClosed()).isFalse();
            }
            // It was stopped in order: everything was shipped.
            assertThat(new Feedings(archive).open(epoch)).isEmpty();
        }
    }

    private Path seldomOpened() throws Exception {
        try (var writer = TestDatabase.open(root, "a")) {
            writer.insert(0, 100);
            assertThat(writer.backup.awaitArchived(TestDatabase.PATIENCE)).isTrue();
        }
        return root;
    }

    /** After its first put it is silent for an hour. */
    private TestDatabase seldom(ForcePolicy force) throws Exception {
        var writer = TestDatabase.openThatShipsSeldom(root, "a", force);
        try (var statement = writer.connection().createStatement()) {
            statement.execute("create table fresh(id int)");
            statement.execute("drop table fresh");
        }
        writer.backup.hurryArchived(TestDatabase.PATIENCE);
        return writer;
    }

    private Standby open(Archive archive, String name) {
        Standby standby =
                Standby.open(
                        archive,
                        root.resolve(name),
                        InstantSource.system(),
                        new TestDatabase.Silent());
        return step(standby);
    }

    private static Standby step(Standby standby) {
        while (standby.step()) {
            // Until there is no more.
        }
        return standby;
    }

    private static boolean counts(TestDatabase writer) {
        return writer.backup.status().standbys().stream().anyMatch(FedStatus::counts);
    }

    /** Whether the archive lacks something. */
    private static boolean lagging(TestDatabase writer) {
        return writer.backup.status().archive().orElseThrow().lagBytes() > 0;
    }

    private boolean holdsAll(TestDatabase writer) {
        try {
            var end = new LocalLog(root.resolve("a/db")).end().orElseThrow();
            return !writer.backup.status().standbys().getFirst().held().isBefore(end);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void insert(TestDatabase writer, int from, int count) {
        try {
            writer.insert(from, count);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TestDatabase.PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            LockSupport.parkNanos(5_000_000);
        }
    }

    private static List<Integer> range(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }
}
