package org.todoku.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.archive.ForkPoint;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.restore.NodeFile;
import org.todoku.backup.volume.LocalLog;
import org.todoku.backup.volume.LogPosition;
import org.todoku.backup.volume.VolumeListener;

/** A start while the archive cannot be reached: its folder is not where it should be. */
class AloneTest {
    private static final Duration SHORT = Duration.ofMillis(1500);

    @TempDir Path root;
    private final AtomicReference<@Nullable RuntimeException> ended = new AtomicReference<>();

    @Test
    void goesOnAloneAndShipsEverythingWhenTheArchiveAnswers() throws Exception {
        writeRows(0, 500);
        takeArchiveAway();
        try (Backup alone = open(ForcePolicy.LOCAL_OR_ARCHIVE)) {
            insert(alone, 500, 700);
            alone.start();
            assertThat(standing(alone)).isEqualTo(ArchiveStanding.NOT_ASKED);
            assertThat(alone.status().archive().orElseThrow().trouble().orElseThrow())
                    .contains("must not be used");
            assertThat(alone.awaitArchived(Duration.ofMillis(100))).isFalse();
            insert(alone, 700, 900);
            bringArchiveBack();
            await(() -> standing(alone) == ArchiveStanding.WRITER);
            insert(alone, 900, 1000);
            assertThat(alone.awaitArchived(TestDatabase.PATIENCE)).isTrue();
            TestDatabase.restore(root, "copy", Optional.empty());
            assertThat(TestDatabase.rowsOf(root.resolve("copy/db"))).isEqualTo(range(1000));
        }
        try (TestDatabase again = TestDatabase.open(root, "a")) {
            assertThat(again.rows()).isEqualTo(range(1000));
        }
        assertThat(ended.get()).isNull();
    }

    @Test
    void readsALotOfLogAPartAtATime() throws Exception {
        writeRows(0, 10);
        takeArchiveAway();
        try (Backup alone = open(ForcePolicy.LOCAL)) {
            alone.start();
            try (Connection connection = DriverManager.getConnection(alone.jdbcUrl());
                    var insert = connection.prepareStatement("insert into t values(?, ?)")) {
                connection.setAutoCommit(false);
                for (int id = 10; id < 26_000; id++) {
                    insert.setInt(1, id);
                    insert.setString(2, "x".repeat(2900));
                    insert.executeUpdate();
                    if (id % 500 == 0) {
                        connection.commit();
                    }
                }
                connection.commit();
            }
            assertThat(new LocalLog(root.resolve("a/db")).files())
                    .as("more than are read at a time")
                    .hasSizeGreaterThan(36);
            bringArchiveBack();
            await(() -> standing(alone) == ArchiveStanding.WRITER);
            insert(alone, 26_000, 26_010);
            assertThat(alone.awaitArchived(TestDatabase.PATIENCE))
                    .as(() -> alone.status().toString())
                    .isTrue();
        }
        TestDatabase.restore(root, "copy", Optional.empty());
        assertThat(TestDatabase.rowsOf(root.resolve("copy/db"))).isEqualTo(range(26_010));
    }

    @Test
    void endsForGoodWhenTheServiceWasMovedMeanwhile() throws Exception {
        writeRows(0, 100);
        TestDatabase.restore(root, "new", Optional.empty());
        try (TestDatabase moved = TestDatabase.open(root, "new")) {
            moved.insert(100, 50);
        }
        takeArchiveAway();
        try (Backup alone = open(ForcePolicy.LOCAL_OR_ARCHIVE)) {
            insert(alone, 100, 120);
            alone.start();
            bringArchiveBack();
            await(() -> standing(alone) == ArchiveStanding.ENDED);
            assertThat(ended.get()).hasMessageContaining("http://new");
            assertThat(alone.awaitArchived(Duration.ofMillis(50))).isFalse();
            await(() -> node().term().orElseThrow().ended());
        }
        assertThat(root.resolve("a/fork.json")).content().contains("http://new", "localLogFrom");
        // What was committed alone is kept, and not in the line of the archive.
        assertThat(TestDatabase.rowsOf(root.resolve("a/db"))).hasSize(120);
        TestDatabase.restore(root, "copy", Optional.empty());
        assertThat(TestDatabase.rowsOf(root.resolve("copy/db"))).hasSize(150);
        // It knows now: it does not start alone again.
        takeArchiveAway();
        assertFault(() -> open(ForcePolicy.LOCAL_OR_ARCHIVE), BackupFault.STORE_UNREACHABLE);
    }

    @Test
    void reportsAForkWhenTheArchiveHadMoreThanTheDisk() throws Exception {
        writeRows(0, 10);
        copyTree(root.resolve("a/db"), root.resolve("set-back"));
        writeRows(10, 200);
        deleteTree(root.resolve("a/db"));
        copyTree(root.resolve("set-back"), root.resolve("a/db"));
        takeArchiveAway();
        try (Backup alone = open(ForcePolicy.LOCAL_OR_ARCHIVE)) {
            insert(alone, 10, 15);
            alone.start();
            bringArchiveBack();
            await(() -> standing(alone) == ArchiveStanding.ENDED);
            assertThat(ended.get())
                    .isInstanceOfSatisfying(
                            BackupException.class,
                            e -> assertThat(e.fault()).isEqualTo(BackupFault.FORK));
        }
        assertThat(root.resolve("a/fork.json")).content().contains("started without it");
        TestDatabase.restore(root, "copy", Optional.empty());
        assertThat(TestDatabase.rowsOf(root.resolve("copy/db"))).isEqualTo(range(200));
    }

    @Test
    void doesNotStartAloneWhereThatWouldBreakAPromise() throws Exception {
        writeRows(0, 10);
        takeArchiveAway();
        // The policy says that nothing is confirmed without the archive.
        assertFault(() -> open(ForcePolicy.LOCAL_AND_ARCHIVE), BackupFault.STORE_UNREACHABLE);
        // A directory that was never the writer, or was restored, cannot know who is.
        NodeFile writer = node();
        NodeFile.fresh().write(root.resolve("a"));
        Files.writeString(root.resolve("archive"), "no folder: nothing can be read or made here");
        assertFault(() -> open(ForcePolicy.LOCAL_OR_ARCHIVE), BackupFault.STORE_UNREACHABLE);
        ForkPoint to = new ForkPoint(1, 1, "", new LogPosition(1, 1));
        new NodeFile(
                        writer.owner(),
                        Optional.of(new NodeFile.Restored(to, "x", "y", true)),
                        writer.term())
                .write(root.resolve("a"));
        assertFault(() -> open(ForcePolicy.LOCAL_OR_ARCHIVE), BackupFault.STORE_UNREACHABLE);
        writer.write(root.resolve("a"));
        try (Backup alone = open(ForcePolicy.LOCAL)) {
            assertThat(standing(alone)).isEqualTo(ArchiveStanding.NOT_ASKED);
        }
    }

    @Test
    void doesNotMakeANewArchiveInAFolderThatIsNotMounted() throws Exception {
        writeRows(0, 10);
        takeArchiveAway();
        Files.createDirectories(root.resolve("archive"));
        try (Backup alone = open(ForcePolicy.LOCAL_OR_ARCHIVE)) {
            insert(alone, 10, 12);
            alone.start();
            Files.delete(root.resolve("archive"));
            bringArchiveBack();
            await(() -> standing(alone) == ArchiveStanding.WRITER);
        }
        try (Archive archive = TestDatabase.archive(root)) {
            assertThat(Chain.read(archive).links()).hasSizeGreaterThanOrEqualTo(2);
        }
    }

    private Backup open(ForcePolicy force) {
        VolumeListener listener =
                new VolumeListener() {
                    @Override
                    public void closeWrites(String why) {}

                    @Override
                    public void openWrites() {}

                    @Override
                    public void ended(RuntimeException why) {
                        ended.set(why);
                    }
                };
        BackupConfig config = TestDatabase.config(root, "a", force);
        return Backup.open(config, newer -> {}, listener, InstantSource.system(), SHORT);
    }

    private void writeRows(int from, int to) throws SQLException {
        try (TestDatabase database = TestDatabase.open(root, "a")) {
            database.insert(from, to - from);
        }
    }

    private static void insert(Backup backup, int from, int to) throws SQLException {
        try (Connection connection = DriverManager.getConnection(backup.jdbcUrl());
                Statement statement = connection.createStatement()) {
            for (int id = from; id < to; id++) {
                statement.execute("insert into t values(%d, 'alone')".formatted(id));
            }
        }
    }

    private NodeFile node() {
        return NodeFile.read(root.resolve("a")).orElseThrow();
    }

    private static ArchiveStanding standing(Backup backup) {
        return backup.status().archive().orElseThrow().standing();
    }

    private void takeArchiveAway() throws IOException {
        Files.move(root.resolve("archive"), root.resolve("archive-away"));
    }

    private void bringArchiveBack() throws IOException {
        Files.move(root.resolve("archive-away"), root.resolve("archive"));
    }

    private static void assertFault(
            org.assertj.core.api.ThrowableAssert.ThrowingCallable call, BackupFault fault) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        BackupException.class, e -> assertThat(e.fault()).isEqualTo(fault));
    }

    private static List<Integer> range(int to) {
        return IntStream.range(0, to).boxed().toList();
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TestDatabase.PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
            LockSupport.parkNanos(10_000_000);
        }
    }

    private static void copyTree(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Files.copy(path, to.resolve(from.relativize(path)));
            }
        }
    }

    private static void deleteTree(Path tree) throws IOException {
        try (Stream<Path> paths = Files.walk(tree)) {
            for (Path path : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
