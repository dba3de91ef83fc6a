package org.todoku.backup.volume;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A copy of a database that redoes the log of the other one as it grows. */
class ContinuousRedoTest {
    @TempDir Path root;

    @Test
    void redoesWhatIsAppendedAndCanBePromoted() throws Exception {
        Path source = root.resolve("a");
        Volume volume =
                Volume.attach(source, LogTap.NONE, VolumeSettings.local(), VolumeListener.NONE);
        String url = volume.jdbcUrl();
        try (Connection connection = DriverManager.getConnection(url + ";create=true")) {
            execute(connection, "create table t(id int primary key, text varchar(3000))");
            execute(
                    connection,
                    "call SYSCS_UTIL.SYSCS_BACKUP_DATABASE_AND_ENABLE_LOG_ARCHIVE_MODE('"
                            + root.resolve("base")
                            + "', 0)");
            insertAtOnce(url, 2000);
        }
        shutDown(url);
        volume.detach();
        Path copy = root.resolve("b");
        copyTree(root.resolve("base/a"), copy);
        LocalLog from = new LocalLog(source);
        LocalLog to = new LocalLog(copy);
        LogPosition begin = to.end().orElseThrow();
        LogPosition end = from.end().orElseThrow();
        try (ContinuousRedo redo = ContinuousRedo.start(copy, begin)) {
            for (LogChunk chunk : from.read(begin, end)) {
                for (int at = 0; at < chunk.bytes().length; at += 1_000) {
                    byte[] part =
                            java.util.Arrays.copyOfRange(
                                    chunk.bytes(), at, Math.min(at + 1_000, chunk.bytes().length));
                    redo.append(new LogChunk(chunk.start().plus(at), part));
                    // Behind a mebibyte Derby would go on to the next file of its own accord.
                    redo.force();
                }
            }
            assertThat(redo.end()).isEqualTo(end);
            redo.force();
            long begun = System.nanoTime();
            Volume promoted = redo.promote();
            try (Connection connection = DriverManager.getConnection(promoted.jdbcUrl())) {
                System.out.println(
                        "figure: promoted after " + (System.nanoTime() - begun) / 1e6 + " ms");
                assertThat(count(connection)).isEqualTo(2000);
                insert(connection, 2000, 100);
            }
            shutDown(promoted.jdbcUrl());
            promoted.detach();
        }
    }

    /** By several: then some of a log file lies behind the place where Derby wanted to end it. */
    private static void insertAtOnce(String url, int count) throws Exception {
        try (var threads = Executors.newFixedThreadPool(4)) {
            List<Future<?>> work = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                int from = i * count / 4;
                work.add(
                        threads.submit(
                                () -> {
                                    try (Connection own = DriverManager.getConnection(url)) {
                                        insert(own, from, count / 4);
                                    }
                                    return null;
                                }));
            }
            for (Future<?> each : work) {
                each.get();
            }
        }
    }

    private static void insert(Connection connection, int from, int count) throws SQLException {
        try (var insert = connection.prepareStatement("insert into t values(?, ?)")) {
            for (int id = from; id < from + count; id++) {
                insert.setInt(1, id);
                insert.setString(2, "x".repeat(id % 2000));
                insert.executeUpdate();
            }
        }
    }

    private static int count(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                var rows = statement.executeQuery("select count(*) from t")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void shutDown(String url) {
        try (var open = DriverManager.getConnection(url + ";shutdown=true")) {
            throw new IllegalStateException("still open: " + open);
        } catch (SQLException e) {
            assertThat(e.getSQLState()).isEqualTo("08006");
        }
    }

    private static void copyTree(Path from, Path to) throws Exception {
        List<Path> paths;
        try (Stream<Path> walked = Files.walk(from)) {
            paths = walked.toList();
        }
        for (Path path : paths) {
            Files.copy(path, to.resolve(from.relativize(path).toString()));
        }
    }
}
