package org.todoku.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.archive.Epoch;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;

class BackupTest {
    @TempDir Path root;

    @Test
    void restoresEverythingThatWasArchived() throws Exception {
        try (var database = TestDatabase.open(root, "a")) {
            database.insert(0, 3000);
            assertThat(database.backup.awaitArchived(TestDatabase.PATIENCE)).isTrue();
            TestDatabase.restore(root, "b", Optional.empty());
        }
        assertThat(TestDatabase.rowsOf(root.resolve("b/db"))).isEqualTo(range(0, 3000));
    }

    @Test
    void goesOnInTheChainAfterARestart() throws Exception {
        for (int start = 0; start < 4; start++) {
            try (var database = TestDatabase.open(root, "a")) {
                assertThat(database.rows()).isEqualTo(range(0, start * 1500));
                database.insert(start * 1500, 1500);
            }
        }
        TestDatabase.restore(root, "b", Optional.empty());
        assertThat(TestDatabase.rowsOf(root.resolve("b/db"))).isEqualTo(range(0, 6000));
        try (Archive archive = TestDatabase.archive(root)) {
            assertThat(Chain.read(archive).newest().map(Epoch::number)).contains(4L);
            assertThat(archive.bases()).hasSize(1);
        }
    }

    @Test
    void restoresFromTheNewestBaseAndKeepsIndexBuilds() throws Exception {
        try (var database = TestDatabase.open(root, "a")) {
            database.insert(0, 1000);
            database.backup.takeBase();
            try (Statement statement = database.connection().createStatement()) {
                statement.execute("create index t_text on t(text)");
                statement.execute("create table u as select * from t with no data");
                statement.execute("insert into u select * from t");
                statement.execute("delete from t where id < 100");
            }
            database.backup.awaitArchived(TestDatabase.PATIENCE);
        }
        var reached = TestDatabase.restore(root, "b", Optional.empty());
        assertThat(reached.segments()).isPositive();
        assertThat(TestDatabase.rowsOf(root.resolve("b/db"))).isEqualTo(range(100, 1000));
    }

    @Test
    void restoresToAMomentAndRefusesOneBeforeTheFirstBase() throws Exception {
        Instant before = Instant.now();
        Instant middle;
        try (var database = TestDatabase.open(root, "a")) {
            database.insert(0, 500);
            database.backup.awaitArchived(TestDatabase.PATIENCE);
            middle = Instant.now();
            database.insert(500, 500);
            database.backup.awaitArchived(TestDatabase.PATIENCE);
        }
        TestDatabase.restore(root, "b", Optional.of(middle));
        assertThat(TestDatabase.rowsOf(root.resolve("b/db"))).isEqualTo(range(0, 500));
        assertThatThrownBy(() -> TestDatabase.restore(root, "c", Optional.of(before)))
                .isInstanceOfSatisfying(
                        BackupException.class,
                        e -> assertThat(e.fault()).isEqualTo(BackupFault.BEFORE_BASE_END));
    }

    @Test
    void fencesTheOldHostWhileItRunsAndWhenItComesBack() throws Exception {
        try (var old = TestDatabase.open(root, "old")) {
            old.insert(0, 10);
            old.backup.awaitArchived(TestDatabase.PATIENCE);
            TestDatabase.restore(root, "new", Optional.empty());
            try (var moved = TestDatabase.open(root, "new")) {
                moved.insert(10, 10);
                await(() -> old.backup.status().archive().orElseThrow().fencedBy().isPresent());
                assertThat(old.fencedBy).hasSize(1);
                assertThat(moved.rows()).isEqualTo(range(0, 20));
            }
        }
        assertFault(() -> TestDatabase.open(root, "old"), BackupFault.FENCED, "http://new");
    }

    @Test
    void bringsADirectoryThatWasSetBackUpToTheArchive() throws Exception {
        setBack();
        try (var database = TestDatabase.open(root, "a")) {
            assertThat(database.rows()).isEqualTo(range(0, 4010));
            database.insert(4010, 90);
        }
        assertThat(TestDatabase.rowsOf(root.resolve("a/db"))).isEqualTo(range(0, 4100));
        TestDatabase.restore(root, "b", Optional.empty());
        assertThat(TestDatabase.rowsOf(root.resolve("b/db"))).isEqualTo(range(0, 4100));
    }

    @Test
    void confirmsNothingThatAFencedHostCannotArchive() throws Exception {
        try (var old = TestDatabase.open(root, "old", ForcePolicy.LOCAL_AND_ARCHIVE)) {
            old.insert(0, 10);
            TestDatabase.restore(root, "new", Optional.empty());
            try (var moved = TestDatabase.open(root, "new")) {
                assertThatThrownBy(() -> old.insert(10, 1))
                        .isInstanceOf(java.sql.SQLException.class);
                assertThat(moved.rows()).isEqualTo(range(0, 10));
            }
        }
    }

    @Test
    void refusesADirectoryThatWentOnWithoutTheArchive() throws Exception {
        setBack();
        TestDatabase.change(root.resolve("a/db"), "insert into t values(-1, 'elsewhere')");
        assertFault(() -> TestDatabase.open(root, "a"), BackupFault.FORK, "salvage");
        // And nothing of it was touched.
        assertThat(TestDatabase.rowsOf(root.resolve("a/db"))).hasSize(11).startsWith(-1);
    }

    /** A directory as it was 4,000 rows and some log files ago. */
    private void setBack() throws Exception {
        try (var database = TestDatabase.open(root, "a")) {
            database.insert(0, 10);
        }
        copyTree(root.resolve("a/db"), root.resolve("set-back"));
        try (var database = TestDatabase.open(root, "a")) {
            database.insert(10, 2000);
        }
        try (var database = TestDatabase.open(root, "a")) {
            database.insert(2010, 2000);
        }
        assertThat(root.resolve("a/db/log/log4.dat")).exists();
        deleteTree(root.resolve("a/db"));
        copyTree(root.resolve("set-back"), root.resolve("a/db"));
    }

    @Test
    void waitsForTheArchiveWhenThePolicySaysSo() throws Exception {
        try (var database = TestDatabase.open(root, "a", ForcePolicy.LOCAL_AND_ARCHIVE)) {
            database.insert(0, 20);
            // No waiting here: what is confirmed is there.
            TestDatabase.restore(root, "b", Optional.empty());
        }
        assertThat(TestDatabase.rowsOf(root.resolve("b/db"))).isEqualTo(range(0, 20));
    }

    @Test
    void deletesLocalLogOnlyBehindABase() throws Exception {
        try (var database = TestDatabase.open(root, "a")) {
            database.insert(0, 6000);
            assertThat(logFilesOnDisk()).isGreaterThan(3);
            database.backup.takeBase();
            // Deleting is behind like every change of the directory.
            await(() -> logFilesOnDisk() < 3);
        }
        try (var database = TestDatabase.open(root, "a")) {
            assertThat(database.rows()).hasSize(6000);
        }
    }

    private long logFilesOnDisk() {
        try (Stream<Path> files = Files.list(root.resolve("a/db/log"))) {
            return files.filter(path -> path.toString().endsWith(".dat")).count();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void assertFault(
            org.assertj.core.api.ThrowableAssert.ThrowingCallable call,
            BackupFault fault,
            String says) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        BackupException.class,
                        e -> {
                            assertThat(e.fault()).isEqualTo(fault);
                            assertThat(e).hasMessageContaining(says);
                        });
    }

    private static List<Integer> range(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    private static void await(java.util.function.BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
            java.util.concurrent.locks.LockSupport.parkNanos(10_000_000);
        }
    }

    private static void copyTree(Path from, Path to) throws Exception {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Files.copy(path, to.resolve(from.relativize(path)));
            }
        }
    }

    private static void deleteTree(Path root) throws Exception {
        if (!Files.exists(root)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
