package org.todoku.backup;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.ForkPoint;
import org.todoku.backup.restore.Standby;

/** A standby that follows a real writer through a folder archive. */
class StandbyTest {
    @TempDir Path root;

    @Test
    void followsAWriterThroughItsRestartsAndTakesOver() throws Exception {
        try (Archive archive = TestDatabase.archive(opened(0, 1500))) {
            try (Standby standby = open(archive)) {
                assertThat(standby.status().restores()).isEqualTo(1);
                opened(1500, 1500);
                opened(3000, 1500);
                try (var writer = TestDatabase.open(root, "a")) {
                    writer.insert(4500, 1000);
                    writer.backup.takeBase();
                    execute(writer, "create index t_text on t(text)");
                    execute(writer, "create table u as select * from t with no data");
                    execute(writer, "insert into u select * from t");
                    execute(writer, "drop table u");
                    writer.insert(5500, 500);
                    assertThat(writer.backup.awaitArchived(TestDatabase.PATIENCE)).isTrue();
                    follow(standby);
                    assertThat(standby.status().ready()).isTrue();
                    assertThat(standby.status().restores()).isEqualTo(1);
                    long begun = System.nanoTime();
                    standby.seal();
                    standby.claim("http://b", "test", false);
                    Duration promoted = standby.promote();
                    System.out.printf(
                            "figure: promoted in %d ms, of that the end of the redo %d ms%n",
                            (System.nanoTime() - begun) / 1_000_000, promoted.toMillis());
                    await(() -> !writer.fencedBy.isEmpty());
                }
            }
        }
        try (var moved = TestDatabase.open(root, "b")) {
            assertThat(moved.rows()).isEqualTo(range(0, 6000));
            moved.insert(6000, 100);
        }
        assertThat(TestDatabase.rowsOf(root.resolve("b/db"))).isEqualTo(range(0, 6100));
        TestDatabase.restore(root, "c", java.util.Optional.empty());
        assertThat(TestDatabase.rowsOf(root.resolve("c/db"))).isEqualTo(range(0, 6100));
    }

    @Test
    void goesOnWhereItWasStopped() throws Exception {
        try (Archive archive = TestDatabase.archive(opened(0, 1500))) {
            for (int stop = 1; stop <= 4; stop++) {
                try (Standby standby = open(archive)) {
                    follow(standby);
                    opened(stop * 1500, 1500);
                    follow(standby);
                    assertThat(standby.status().restores()).isEqualTo(stop == 1 ? 1 : 0);
                }
            }
            try (Standby standby = open(archive)) {
                standby.seal();
                standby.claim("http://b", "test", false);
                standby.promote();
            }
        }
        assertThat(TestDatabase.rowsOf(root.resolve("b/db"))).isEqualTo(range(0, 7500));
    }

    @Test
    void beginsWithABaseAgainWhenItsOwnLogDiffers() throws Exception {
        try (Archive archive = TestDatabase.archive(opened(0, 500))) {
            open(archive).close();
            // Somebody used the directory: it went another way.
            TestDatabase.change(root.resolve("b/db"), "insert into t values(-1, 'elsewhere')");
            opened(500, 500);
            try (Standby standby = open(archive)) {
                follow(standby);
                assertThat(standby.status().restores()).isEqualTo(1);
                ForkPoint tail = standby.seal();
                assertThat(tail).isEqualTo(standby.status().last());
                standby.claim("http://b", "test", false);
                standby.promote();
            }
        }
        assertThat(TestDatabase.rowsOf(root.resolve("b/db"))).isEqualTo(range(0, 1000));
    }

    private Standby open(Archive archive) {
        return Standby.open(
                archive, root.resolve("b"), InstantSource.system(), new TestDatabase.Silent());
    }

    private Path opened(int from, int count) throws Exception {
        try (var writer = TestDatabase.open(root, "a")) {
            writer.insert(from, count);
            assertThat(writer.backup.awaitArchived(TestDatabase.PATIENCE)).isTrue();
        }
        return root;
    }

    private static void follow(Standby standby) {
        while (standby.step()) {
            // Until there is no more.
        }
        assertThat(standby.status().trouble()).isEmpty();
    }

    private static void execute(TestDatabase database, String sql) throws Exception {
        try (Statement statement = database.connection().createStatement()) {
            statement.execute(sql);
        }
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TestDatabase.PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private static List<Integer> range(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }
}
