package org.todoku.backup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.backup.bench.FrozenFileSystem;
import org.todoku.backup.volume.StorageState;

/** A data disk that really hangs; the archive lies on another file system. */
class FrozenDiskIT {
    private static final int WRITERS = 4;
    private static final Duration FREEZE = Duration.ofMinutes(1);

    @TempDir Path root;

    private final AtomicBoolean stop = new AtomicBoolean();
    private final AtomicInteger next = new AtomicInteger(10_000);
    private final List<Long> commits = Collections.synchronizedList(new ArrayList<>());
    private final List<Long> reads = Collections.synchronizedList(new ArrayList<>());

    @Test
    void commitsGoOnWhileTheDiskIsFrozen() throws Exception {
        try (FrozenFileSystem frozen = mount(root.resolve("a"));
                ExecutorService threads = Executors.newCachedThreadPool()) {
            int rows;
            try (TestDatabase database = TestDatabase.open(root, "a")) {
                database.insert(0, 1000);
                try {
                    rows = underLoad(database, frozen, threads);
                } finally {
                    stop.set(true);
                    frozen.thaw();
                }
                assertThat(database.rows()).hasSize(rows);
            }
            assertThat(TestDatabase.rowsOf(root.resolve("a/db"))).hasSize(rows);
        }
    }

    /** Skips the test aloud where that cannot be done. */
    private static FrozenFileSystem mount(Path folder) {
        try {
            return FrozenFileSystem.mount(folder);
        } catch (IOException e) {
            System.err.println("SKIPPED: " + e.getMessage());
            return Assumptions.abort(e.getMessage());
        }
    }

    private int underLoad(TestDatabase database, FrozenFileSystem frozen, ExecutorService threads)
            throws Exception {
        List<Future<?>> work = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            work.add(threads.submit(() -> write(database)));
        }
        work.add(threads.submit(() -> read(database)));
        await(() -> commits.size() > 500, Duration.ofSeconds(30));
        print("before", commits, reads);

        frozen.freeze(FREEZE.multipliedBy(2));
        long frozenAt = System.nanoTime();
        await(() -> state(database) == StorageState.STALLED, Duration.ofSeconds(5));
        Duration seen = Duration.ofNanos(System.nanoTime() - frozenAt);
        assertThat(seen).isLessThan(Duration.ofSeconds(1));
        commits.clear();
        reads.clear();
        long logFile = database.backup.status().archive().orElseThrow().shipped().file();
        Future<Long> checkpoint = threads.submit(() -> checkpoint(database));
        Future<Long> switched = threads.submit(() -> fillLogFiles(database));
        long checkpointTook = checkpoint.get(10, TimeUnit.SECONDS);
        long switchTook = switched.get(10, TimeUnit.SECONDS);
        await(
                () -> System.nanoTime() - frozenAt > FREEZE.toNanos(),
                FREEZE.plus(Duration.ofSeconds(2)));
        print("frozen", commits, reads);
        long held = database.backup.status().queuedBytes();
        System.err.printf(
                "figure: frozen disk: stall seen after %d ms, checkpoint %d ms, log switch %d ms, %d KiB"
                        + " held%n",
                seen.toMillis(), checkpointTook, switchTook, held / 1024);
        assertThat(state(database)).isEqualTo(StorageState.STALLED);
        assertThat(database.backup.status().archive().orElseThrow().shipped().file())
                .as("log files were switched in the freeze")
                .isGreaterThan(logFile);
        assertThat(commits).hasSizeGreaterThan(100);

        frozen.thaw();
        long thawedAt = System.nanoTime();
        commits.clear();
        reads.clear();
        await(() -> state(database) == StorageState.NORMAL, Duration.ofSeconds(20));
        System.err.printf(
                "figure: frozen disk: normal again %d ms after the thaw%n",
                (System.nanoTime() - thawedAt) / 1_000_000);
        stop.set(true);
        for (Future<?> each : work) {
            each.get(20, TimeUnit.SECONDS);
        }
        print("after", commits, reads);
        await(() -> database.backup.status().queuedBytes() == 0, Duration.ofSeconds(10));
        return 1000 + next.get() - 10_000;
    }

    @Test
    void aKillInTheFreezeLosesNoConfirmedCommit() throws Exception {
        try (FrozenFileSystem frozen = mount(root.resolve("a"))) {
            Process child = startChild();
            int confirmed = 0;
            try (BufferedReader out = child.inputReader()) {
                assertThat(out.readLine()).startsWith("found ");
                while (confirmed < 200) {
                    confirmed = confirmed(out.readLine());
                }
                frozen.freeze(FREEZE.multipliedBy(2));
                long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(4);
                int inTheFreeze = 0;
                while (System.nanoTime() < until) {
                    confirmed = confirmed(out.readLine());
                    inTheFreeze++;
                }
                child.toHandle().destroyForcibly();
                // It hangs in the kernel: it can die only when the disk answers.
                LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
                frozen.thaw();
                for (String line = out.readLine(); line != null; line = out.readLine()) {
                    confirmed = confirmed(line);
                }
                assertThat(child.waitFor(20, TimeUnit.SECONDS)).isTrue();
                System.err.printf(
                        "killed in the freeze: %d confirmed, %d of them in the freeze%n",
                        confirmed, inTheFreeze);
            }
            copy(root.resolve("a/db"), root.resolve("local/db"));
            Files.deleteIfExists(root.resolve("local/db/db.lck"));
            int local = TestDatabase.rowsOf(root.resolve("local/db")).size();
            assertThat(local).as("what the disk alone has").isLessThan(confirmed);
            try (TestDatabase database = TestDatabase.open(root, "a")) {
                int rows = database.rows().size();
                System.err.printf("the disk alone had %d, with the archive %d%n", local, rows);
                assertThat(rows).isGreaterThanOrEqualTo(confirmed);
                database.insert(rows, 5);
            }
        } finally {
            stop.set(true);
        }
    }

    private Process startChild() throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:+PerfDisableSharedMem");
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(KillChild.class.getName(), root.toString(), "a"));
        command.add(ForcePolicy.LOCAL_OR_ARCHIVE.toString());
        return new ProcessBuilder(command)
                .redirectError(root.resolve("child.err").toFile())
                .start();
    }

    private static int confirmed(String line) {
        assertThat(line).as("the child goes on").isNotNull();
        return Integer.parseInt(line) + 1;
    }

    private Void write(TestDatabase database) throws Exception {
        try (Connection connection = DriverManager.getConnection(database.backup.jdbcUrl());
                PreparedStatement insert =
                        connection.prepareStatement("insert into t values(?, 'short')")) {
            while (!stop.get()) {
                insert.setInt(1, next.getAndIncrement());
                commits.add(timed(insert::executeUpdate));
            }
        }
        return null;
    }

    private Void read(TestDatabase database) throws Exception {
        try (Connection connection = DriverManager.getConnection(database.backup.jdbcUrl());
                PreparedStatement select =
                        connection.prepareStatement("select text from t where id = ?")) {
            for (int i = 0; !stop.get(); i++) {
                select.setInt(1, i % 1000);
                reads.add(
                        timed(
                                () -> {
                                    try (ResultSet found = select.executeQuery()) {
                                        return found.next();
                                    }
                                }));
                LockSupport.parkNanos(1_000_000);
            }
        }
        return null;
    }

    private static long checkpoint(TestDatabase database) throws Exception {
        try (Connection connection = DriverManager.getConnection(database.backup.jdbcUrl());
                Statement statement = connection.createStatement()) {
            String sql = "call SYSCS_UTIL.SYSCS_CHECKPOINT_DATABASE()";
            return timed(() -> statement.execute(sql)) / 1_000_000;
        }
    }

    /** More log than fits into one file: the change to the next happens while all is frozen. */
    private long fillLogFiles(TestDatabase database) throws Exception {
        try (Connection connection = DriverManager.getConnection(database.backup.jdbcUrl());
                PreparedStatement insert =
                        connection.prepareStatement("insert into t values(?, ?)")) {
            connection.setAutoCommit(false);
            return timed(
                            () -> {
                                for (int i = 0; i < 800; i++) {
                                    insert.setInt(1, next.getAndIncrement());
                                    insert.setString(2, "x".repeat(2900));
                                    insert.executeUpdate();
                                    if (i % 200 == 199) {
                                        connection.commit();
                                    }
                                }
                                return true;
                            })
                    / 1_000_000;
        }
    }

    private static StorageState state(TestDatabase database) {
        return database.backup.status().storage();
    }

    private static long timed(Callable<?> work) throws Exception {
        long start = System.nanoTime();
        work.call();
        return System.nanoTime() - start;
    }

    private static void print(String when, List<Long> commits, List<Long> reads) {
        System.err.printf(
                "figure: frozen disk, %s: %d commits, p50 %.1f ms, p99 %.1f ms; cached reads p99 %.2f ms%n",
                when,
                commits.size(),
                quantile(commits, 50),
                quantile(commits, 99),
                quantile(reads, 99));
    }

    private static double quantile(List<Long> nanos, int percent) {
        List<Long> sorted;
        synchronized (nanos) {
            sorted = nanos.stream().sorted().toList();
        }
        return sorted.isEmpty() ? 0 : sorted.get((sorted.size() - 1) * percent / 100) / 1e6;
    }

    private static void await(BooleanSupplier condition, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
            LockSupport.parkNanos(5_000_000);
        }
    }

    private static void copy(Path from, Path to) throws Exception {
        Files.createDirectories(to.getParent());
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Files.copy(path, to.resolve(from.relativize(path)));
            }
        }
    }
}
