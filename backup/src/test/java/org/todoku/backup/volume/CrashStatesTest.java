package org.todoku.backup.volume;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.todoku.backup.volume.RecordingDisk.Note;

/**
 * Promise I1: whatever the moment of a crash, plain Derby boots on what the disk has, and finds
 * every commit that was confirmed and none but a run of them without a gap.
 *
 * <p>A seeded workload runs over a disk that notes every operation; a sample of its prefixes is
 * built again, the last write torn at a sector, and booted. {@code -Dtodoku.seed} replays one,
 * {@code -Dtodoku.states} sets how many (2,000). Pages are not torn: Derby keeps no images of them,
 * so a torn page is beyond any order of writes.
 */
class CrashStatesTest {
    private static final int SECTOR = 512;
    private static final long FULL_CHECK = 8;

    private final long seed = Long.getLong("todoku.seed", System.nanoTime());
    private final int states = Integer.getInteger("todoku.states", 2000);
    private final Random random = new Random(seed);
    private final List<Integer> confirmedAt = new ArrayList<>();
    private Path root;
    private Path before;
    private RecordingDisk disk;
    private volatile int failedAt = -1;

    @BeforeEach
    void makeRoom() throws IOException {
        // Before plain Derby makes the database: its classes are mended while they are loaded.
        LatchedPurge.install();
        UndoneGrowth.install();
        Path memory = Path.of("/dev/shm");
        root =
                Files.isWritable(memory)
                        ? Files.createTempDirectory(memory, "todoku-states")
                        : Files.createTempDirectory("todoku-states");
        before = root.resolve("before");
        disk = new RecordingDisk(new RealDisk(), root.resolve("real"));
    }

    @Test
    void everyMomentOfACrashBootsWithEveryConfirmedCommit() throws Exception {
        try {
            record();
            List<Note> notes = disk.notes();
            List<Integer> cuts = cuts(notes);
            int torn;
            try {
                torn = checkAll(notes, cuts);
            } catch (Exception e) {
                keep(notes);
                throw e;
            }
            System.err.printf(
                    "figure: crash states: seed %d, %d operations, %d commits, %d states, %d of them torn%n",
                    seed, notes.size(), confirmedAt.size(), cuts.size(), torn);
        } finally {
            delete(root);
        }
    }

    /** The state that did not boot, as it was before the boot, for somebody to look at. */
    private void keep(List<Note> notes) throws IOException {
        if (failedAt >= 0) {
            Path kept = Path.of("target", "crash-state-" + seed + "-" + failedAt).toAbsolutePath();
            copy(before, kept);
            for (Note note : notes.subList(0, failedAt)) {
                RecordingDisk.repeat(note, kept, Integer.MAX_VALUE);
            }
            System.err.println("the state that did not boot: " + kept);
        }
    }

    /** Each transaction leaves its number in table n, whatever else it does. */
    private void record() throws Exception {
        Path real = root.resolve("real");
        String url = "jdbc:derby:" + real;
        try (Connection created = DriverManager.getConnection(url + ";create=true");
                Statement statement = created.createStatement()) {
            statement.execute("create table n(id int primary key)");
            statement.execute("create table t(id int primary key, text varchar(2000))");
            property(statement, "derby.storage.logSwitchInterval", "100000");
            property(statement, "derby.storage.checkpointInterval", "100000");
            // As with an archive: index builds are logged.
            statement.execute(
                    "call SYSCS_UTIL.SYSCS_BACKUP_DATABASE_AND_ENABLE_LOG_ARCHIVE_MODE('"
                            + root.resolve("unused")
                            + "', 1)");
        }
        shutDown(url);
        copy(real, before);
        Volume volume =
                Volume.attach(real, LogTap.NONE, VolumeSettings.local(), VolumeListener.NONE, disk);
        try (Connection connection = DriverManager.getConnection(volume.jdbcUrl())) {
            connection.setAutoCommit(false);
            for (int number = 1; number <= 260; number++) {
                transaction(connection, number);
                confirmedAt.add(disk.size());
            }
        }
        shutDown(volume.jdbcUrl());
        assertThat(volume.detach(java.time.Duration.ofSeconds(30))).isTrue();
    }

    private void transaction(Connection connection, int number) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            switch (number % 20) {
                case 3 -> {
                    insert(connection, number * 1000, 120);
                    connection.rollback();
                }
                case 7 -> insert(connection, number * 1000, 150);
                case 11 -> {
                    statement.execute("create table x%d(a int, b varchar(900))".formatted(number));
                    statement.execute("insert into x%d select id, text from t".formatted(number));
                    statement.execute("create index i%1$d on x%1$d(a)".formatted(number));
                }
                case 15 -> statement.execute("delete from t where mod(id, 7) = 3");
                case 17 -> statement.execute("call SYSCS_UTIL.SYSCS_CHECKPOINT_DATABASE()");
                case 19 -> statement.execute("drop table x" + (number - 8));
                default -> insert(connection, number * 1000, 1 + random.nextInt(4));
            }
            statement.execute("insert into n values " + number);
        }
        connection.commit();
    }

    private void insert(Connection connection, int from, int count) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("insert into t values(?, ?)")) {
            for (int id = from; id < from + count; id++) {
                insert.setInt(1, id);
                insert.setString(2, "x".repeat(random.nextInt(800)));
                insert.executeUpdate();
            }
        }
    }

    /** All where a log file begins, and a sample around other moves, checkpoints and the rest. */
    private List<Integer> cuts(List<Note> notes) {
        TreeSet<Integer> chosen = new TreeSet<>();
        List<Integer> rare = new ArrayList<>();
        for (int i = 0; i < notes.size(); i++) {
            boolean plain =
                    notes.get(i) instanceof Note.Write || notes.get(i) instanceof Note.Force;
            if (!plain || isControl(notes.get(i))) {
                rare.add(i);
                rare.add(i + 1);
            }
        }
        for (int i = 0; i < notes.size(); i++) {
            if (notes.get(i).toString().matches("(Create|Rename).*log\\d+\\.dat.*")) {
                chosen.addAll(List.of(i, i + 1, i + 2));
            }
        }
        while (chosen.size() < Math.min(states / 2, rare.size() / 2)) {
            chosen.add(rare.get(random.nextInt(rare.size())));
        }
        while (chosen.size() < Math.min(states, notes.size())) {
            chosen.add(random.nextInt(notes.size() + 1));
        }
        return List.copyOf(chosen);
    }

    private static boolean isControl(Note note) {
        return note instanceof Note.Write write && write.path().toString().endsWith(".ctrl");
    }

    private static boolean inLog(Note.Write write) {
        return write.path().toString().matches("log/log\\d+\\.dat");
    }

    /**
     * One thread builds the states, each from the last; two boot them.
     *
     * @return how many had a torn write
     */
    private int checkAll(List<Note> notes, List<Integer> cuts) throws Exception {
        Path built = root.resolve("built");
        copy(before, built);
        // The process that held the lock is gone.
        Files.deleteIfExists(built.resolve("db.lck"));
        int at = 0;
        int torn = 0;
        Deque<Future<?>> booting = new ArrayDeque<>();
        try (ExecutorService workers = Executors.newFixedThreadPool(2)) {
            for (int cut : cuts) {
                for (Note note : notes.subList(at, cut)) {
                    RecordingDisk.repeat(note, built, Integer.MAX_VALUE);
                }
                at = cut;
                Path state = root.resolve("state" + cut);
                copy(built, state);
                Files.deleteIfExists(state.resolve("db.lck"));
                String as = "seed %d, state %d of %d".formatted(seed, cut, notes.size());
                if (cut < notes.size()
                        && notes.get(cut) instanceof Note.Write write
                        && inLog(write)) {
                    as += tear(write, state);
                    torn++;
                }
                String named = as;
                booting.add(
                        workers.submit(
                                () -> {
                                    check(state, cut, named);
                                    return cut;
                                }));
                if (booting.size() > 3) {
                    booting.remove().get();
                }
            }
            for (Future<?> last : booting) {
                last.get();
            }
        }
        return torn;
    }

    /** Only some sectors of the write reach the state. */
    private String tear(Note.Write write, Path state) throws IOException {
        int sectors = (write.bytes().limit() - 1) / SECTOR;
        int upTo = random.nextInt(sectors + 1) * SECTOR + (int) (-write.at() & (SECTOR - 1));
        RecordingDisk.repeat(write, state, upTo);
        return ", torn after " + upTo + " bytes of " + write.bytes().limit();
    }

    private void check(Path state, int cut, String as) throws Exception {
        long confirmed = confirmedAt.stream().filter(at -> at <= cut).count();
        String url = "jdbc:derby:" + state;
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            int found = number(statement, "select count(*) from n");
            assertThat(found).as(as).isGreaterThanOrEqualTo((int) confirmed);
            if (found > 0) {
                assertThat(number(statement, "select max(id) from n")).as(as).isEqualTo(found);
            }
            // What was rolled back is nowhere, what was committed is whole.
            assertThat(number(statement, "select count(*) from t where mod(id / 1000, 20) = 3"))
                    .as(as)
                    .isZero();
            tables(statement, cut % FULL_CHECK == 0);
        } catch (SQLException e) {
            failedAt = failedAt < 0 ? cut : failedAt;
            throw new AssertionError(as, e);
        }
        shutDown(url);
        delete(state);
    }

    private static void tables(Statement statement, boolean all) throws SQLException {
        List<String> tables = new ArrayList<>();
        try (ResultSet found =
                statement.executeQuery(
                        "select tablename from sys.systables where tabletype = 'T'")) {
            while (found.next()) {
                tables.add(found.getString(1));
            }
        }
        for (String table : all ? tables : List.of("N", "T")) {
            assertThat(
                            number(
                                    statement,
                                    "values SYSCS_UTIL.SYSCS_CHECK_TABLE('APP', '" + table + "')"))
                    .isEqualTo(1);
        }
    }

    private static int number(Statement statement, String sql) throws SQLException {
        try (ResultSet found = statement.executeQuery(sql)) {
            found.next();
            return found.getInt(1);
        }
    }

    private static void property(Statement statement, String name, String value)
            throws SQLException {
        statement.execute(
                "call SYSCS_UTIL.SYSCS_SET_DATABASE_PROPERTY('%s', '%s')".formatted(name, value));
    }

    private static void shutDown(String url) {
        try (Connection open = DriverManager.getConnection(url + ";shutdown=true")) {
            throw new IllegalStateException("still open: " + open);
        } catch (SQLException expected) {
            assertThat(expected.getSQLState()).isEqualTo("08006");
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Files.copy(path, to.resolve(from.relativize(path)));
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
