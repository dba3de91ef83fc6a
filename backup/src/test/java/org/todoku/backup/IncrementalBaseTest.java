package org.todoku.backup;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.BaseIndex;
import org.todoku.backup.archive.BaseManifest;
import org.todoku.backup.archive.BaseManifest.BaseFile;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.restore.Restore;
import org.todoku.backup.restore.RestorePlan;

/** Bases over bases: what travels, and that every one of them restores. */
class IncrementalBaseTest {
    @TempDir Path root;

    @Test
    void onlyChangedBlocksTravel() throws Exception {
        try (var database = TestDatabase.open(root, "a")) {
            fill(database, 0, 20_000);
            // It is more than twice as large as with the first base, so this one is full.
            BaseManifest before = database.backup.takeBase();
            assertThat(before.parent()).isEmpty();
            // A page of 32 KiB holds about 26 rows: all of them on about every 130th page.
            change(database, "update t set text = ? where mod(id, 3400) < 26");
            BaseManifest after = database.backup.takeBase();
            assertThat(after.parent()).contains(before.id());
            double changed = changedPages(after);
            double stored = 100.0 * stored(after) / (stored(before) + 0.0);
            System.out.printf(
                    "figure: increment with %.2f %% of the pages changed stores %.2f %% of the"
                            + " %,d bytes of a full base of %,d bytes%n",
                    changed, stored, stored(before), before.bytes());
            assertThat(before.ownBytes()).isGreaterThan(before.bytes() * 9 / 10);
            assertThat(changed).isBetween(0.8, 2.0);
            assertThat(stored).isLessThan(5);
            database.backup.awaitArchived(TestDatabase.PATIENCE);
        }
        long start = System.nanoTime();
        Restore.Reached reached = TestDatabase.restore(root, "b", Optional.empty());
        try (Archive archive = TestDatabase.archive(root)) {
            RestorePlan plan =
                    RestorePlan.of(Chain.read(archive), archive.bases(), Optional.empty());
            System.out.printf(
                    "figure: restored a base of %,d bytes and %d segments in %.1f s from %d objects"
                            + " at most, %d of the bases%n",
                    reached.bytes(),
                    reached.segments(),
                    (System.nanoTime() - start) / 1e9,
                    plan.objects(),
                    plan.objects() - plan.segments().size());
        }
        assertThat(TestDatabase.rowsOf(root.resolve("b/db"))).isEqualTo(range(0, 20_000));
    }

    @Test
    void everyOneOfManyRestoresAlsoOverRestarts() throws Exception {
        List<BaseManifest> bases = new ArrayList<>();
        Random random = new Random(7);
        for (int start = 0; start < 4; start++) {
            try (var database = TestDatabase.open(root, "a")) {
                for (int i = 0; i < 6; i++) {
                    int round = bases.size();
                    database.insert(round * 100, 100);
                    change(database, "update t set text = ? where mod(id, 90) = " + round);
                    if (random.nextInt(3) == 0) {
                        change(database, "delete from t where text = ? or id < 0");
                        ddl(database, round);
                    }
                    bases.add(database.backup.takeBase());
                }
                database.backup.awaitArchived(TestDatabase.PATIENCE);
            }
        }
        // Few changes make increments, many a full one.
        assertThat(bases.stream().filter(base -> base.depth() == 0).count()).isBetween(2L, 12L);
        assertThat(bases).anyMatch(base -> base.depth() > 2);
        assertThat(bases).allMatch(base -> base.depth() <= 12);
        List<String> broken = new ArrayList<>();
        for (int i = 0; i < bases.size(); i += 3) {
            Path target = root.resolve("base" + i);
            try (Archive archive = TestDatabase.archive(root)) {
                // To the moment of the base: that it is this one, not one before it with more log.
                var at = java.time.Instant.parse(bases.get(i).taken());
                TestDatabase.restore(root, "base" + i, Optional.of(at));
                List<Integer> rows = TestDatabase.rowsOf(target.resolve("db"));
                if (!rows.equals(range(0, (i + 1) * 100))) {
                    broken.add("base " + i + " has " + rows.size() + " rows");
                }
                assertThat(archive.bases()).hasSizeGreaterThanOrEqualTo(bases.size());
            }
        }
        assertThat(broken).isEmpty();
    }

    @Test
    void turnsTheArchiveModeOnForADatabaseThatWasThereBefore() throws Exception {
        Path database = root.resolve("a/db");
        Files.createDirectories(root.resolve("a"));
        try (Connection made =
                        DriverManager.getConnection("jdbc:derby:" + database + ";create=true");
                var statement = made.createStatement()) {
            statement.execute("create table t(id int primary key, text varchar(3000))");
            statement.execute("insert into t values(0, 'before')");
        }
        TestDatabase.change(database, "insert into t values(1, 'before')");
        try (var opened = TestDatabase.open(root, "a")) {
            assertThat(ArchiveMode.isOn(database)).isTrue();
            // An index that is built now is logged.
            try (var statement = opened.connection().createStatement()) {
                statement.execute("create index t_text on t(text)");
            }
            opened.insert(2, 3);
            opened.backup.awaitArchived(TestDatabase.PATIENCE);
            assertThat(root.resolve("a/base.tmp")).doesNotExist();
        }
        TestDatabase.restore(root, "b", Optional.empty());
        assertThat(TestDatabase.rowsOf(root.resolve("b/db"))).isEqualTo(range(0, 5));
    }

    @Test
    void aDamagedBaseUnderAnIncrementIsNamed() throws Exception {
        BaseManifest full;
        try (var database = TestDatabase.open(root, "a")) {
            database.insert(0, 400);
            full = database.backup.takeBase();
            database.insert(400, 100);
            assertThat(database.backup.takeBase().depth()).isEqualTo(full.depth() + 1);
            database.backup.awaitArchived(TestDatabase.PATIENCE);
        }
        Files.delete(root.resolve("archive/base/" + full.id() + "/manifest"));
        Restore.Reached reached = TestDatabase.restore(root, "b", Optional.empty());
        assertThat(reached.warnings()).isNotEmpty().allMatch(said -> said.contains(full.id()));
        assertThat(TestDatabase.rowsOf(root.resolve("b/db"))).isEqualTo(range(0, 500));
        // The next base does without it.
        try (var database = TestDatabase.open(root, "a")) {
            database.insert(500, 10);
            assertThat(database.backup.takeBase().parent()).isEmpty();
        }
        TestDatabase.restore(root, "c", Optional.empty());
        assertThat(TestDatabase.rowsOf(root.resolve("c/db"))).isEqualTo(range(0, 510));
    }

    @Test
    void commitsGoOnWhileABaseIsTaken() throws Exception {
        try (var database = TestDatabase.open(root, "a")) {
            fill(database, 0, 30_000);
            database.backup.takeBase();
            commits(database, () -> true, 1000);
            long[] without = commits(database, () -> true, 4000);
            change(database, "update t set text = ?");
            CompletableFuture<BaseManifest> base =
                    CompletableFuture.supplyAsync(database.backup::takeBase);
            long[] with = commits(database, () -> !base.isDone(), 200_000);
            BaseManifest taken = base.join();
            System.out.printf(
                    "figure: commits of one thread: %s; while a base of %,d bytes is taken (%,d"
                            + " stored): %s%n",
                    text(without), taken.bytes(), stored(taken), text(with));
            assertThat(with.length).isGreaterThan(50);
        }
    }

    private static String text(long[] nanos) {
        long all = Arrays.stream(nanos).sum();
        return "%.0f/s, p99 %.2f ms"
                .formatted(nanos.length * 1e9 / all, nanos[nanos.length * 99 / 100] / 1e6);
    }

    /** How long each commit took, sorted. */
    private static long[] commits(
            TestDatabase database, java.util.function.BooleanSupplier more, int limit)
            throws SQLException {
        List<Long> nanos = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection(database.backup.jdbcUrl());
                PreparedStatement update =
                        connection.prepareStatement("update t set text = ? where id = ?")) {
            for (int i = 0; i < limit && more.getAsBoolean(); i++) {
                long start = System.nanoTime();
                update.setString(1, "commit " + i);
                update.setInt(2, i % 1000);
                update.executeUpdate();
                nanos.add(System.nanoTime() - start);
            }
        }
        return nanos.stream().mapToLong(Long::longValue).sorted().toArray();
    }

    private static void fill(TestDatabase database, int from, int count) throws SQLException {
        Random random = new Random(from);
        Connection connection = database.connection();
        connection.setAutoCommit(false);
        try (var insert = connection.prepareStatement("insert into t values(?, ?)")) {
            for (int id = from; id < from + count; id++) {
                insert.setInt(1, id);
                insert.setString(2, words(random));
                insert.executeUpdate();
                if (id % 500 == 499) {
                    connection.commit();
                }
            }
        }
        connection.commit();
        connection.setAutoCommit(true);
    }

    /** Text that compresses about as text does. */
    private static String words(Random random) {
        StringBuilder text = new StringBuilder();
        while (text.length() < 1200) {
            text.append(Integer.toString(random.nextInt(36 * 36 * 36 * 36), 36)).append(' ');
        }
        // All of one length, so that a changed row stays on its page.
        return text.substring(0, 1200);
    }

    private static void change(TestDatabase database, String sql) throws SQLException {
        try (var update = database.connection().prepareStatement(sql)) {
            update.setString(1, words(new Random()));
            update.executeUpdate();
        }
    }

    private static void ddl(TestDatabase database, int round) throws SQLException {
        try (var statement = database.connection().createStatement()) {
            statement.execute("create table u%d as select * from t with no data".formatted(round));
            statement.execute("insert into u%d select * from t".formatted(round));
            statement.execute("create index i%1$d on u%1$d(text)".formatted(round));
            statement.execute("call SYSCS_UTIL.SYSCS_INPLACE_COMPRESS_TABLE('APP','T',1,1,1)");
        }
    }

    /** In percent; what else an increment holds is log and control files. */
    private double changedPages(BaseManifest base) {
        try (Archive archive = TestDatabase.archive(root)) {
            long own =
                    archive.index(base.id()).runs().stream()
                            .filter(run -> isPages(base.files().get(run.file())))
                            .mapToLong(BaseIndex.Run::count)
                            .sum();
            long all =
                    base.files().stream()
                            .filter(IncrementalBaseTest::isPages)
                            .mapToLong(BaseFile::blocks)
                            .sum();
            return 100.0 * own / all;
        }
    }

    private static boolean isPages(BaseFile file) {
        return file.path().startsWith("seg0/");
    }

    private long stored(BaseManifest base) throws java.io.IOException {
        try (Stream<Path> objects = Files.list(root.resolve("archive/base/" + base.id()))) {
            return objects.mapToLong(path -> path.toFile().length()).sum();
        }
    }

    private static List<Integer> range(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }
}
