package org.todoku.backup.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.todoku.backup.TestDatabase;

/**
 * Durable one-row commits: plain Derby against the volume with a folder archive, alternating in one
 * run, at 1 and 16 threads. {@code CommitBench [--json] [--seconds N] [--rounds N] [FOLDER]}.
 */
public final class CommitBench {
    private static final int[] THREADS = {1, 16};

    private final Path folder;
    private final int seconds;
    private final AtomicInteger ids = new AtomicInteger(1_000_000);
    private final Map<String, List<Result>> results = new TreeMap<>();

    private CommitBench(Path folder, int seconds) {
        this.folder = folder;
        this.seconds = seconds;
    }

    private record Result(double perSecond, double p50, double p99) {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] args) throws Exception {
        List<String> words = new ArrayList<>(Arrays.asList(args));
        boolean json = words.remove("--json");
        int seconds = number(words, "--seconds", 4);
        int rounds = number(words, "--rounds", 3);
        Path folder =
                words.isEmpty()
                        ? Files.createTempDirectory("todoku-bench")
                        : Files.createTempDirectory(Path.of(words.getFirst()), "todoku-bench");
        try {
            CommitBench bench = new CommitBench(folder, seconds);
            bench.run(rounds);
            System.out.print(json ? bench.json() : bench.table());
        } finally {
            delete(folder);
        }
        System.exit(0);
    }

    private static int number(List<String> words, String name, int otherwise) {
        int at = words.indexOf(name);
        if (at < 0) {
            return otherwise;
        }
        words.remove(at);
        return Integer.parseInt(words.remove(at));
    }

    private void run(int rounds) throws Exception {
        String plain = "jdbc:derby:" + folder.resolve("plain");
        try (Connection first = DriverManager.getConnection(plain + ";create=true");
                Statement statement = first.createStatement();
                TestDatabase database = TestDatabase.open(folder, "volume")) {
            statement.execute("create table t(id int primary key, text varchar(3000))");
            String volume = database.backup.jdbcUrl();
            // Not counted: the compiler warms up on both.
            measure(plain, 4);
            measure(volume, 4);
            for (int round = 0; round < rounds; round++) {
                for (int threads : THREADS) {
                    note("plain Derby", threads, measure(plain, threads));
                    note("volume", threads, measure(volume, threads));
                }
            }
        }
    }

    private void note(String what, int threads, Result result) {
        results.computeIfAbsent("%2d %s".formatted(threads, what), none -> new ArrayList<>())
                .add(result);
    }

    private Result measure(String url, int threads) throws Exception {
        List<Future<long[]>> running = new ArrayList<>();
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            for (int i = 0; i < threads; i++) {
                Callable<long[]> writer = () -> commit(url, end);
                running.add(executor.submit(writer));
            }
            long[] all = {};
            for (Future<long[]> each : running) {
                all = LongStream.concat(LongStream.of(all), LongStream.of(each.get())).toArray();
            }
            Arrays.sort(all);
            return new Result(
                    (double) all.length / seconds, all[all.length / 2] / 1e6, p99(all) / 1e6);
        }
    }

    private static long p99(long[] sorted) {
        return sorted[(int) (sorted.length * 99L / 100)];
    }

    private long[] commit(String url, long end) throws SQLException {
        LongStream.Builder took = LongStream.builder();
        try (Connection connection = DriverManager.getConnection(url);
                PreparedStatement insert =
                        connection.prepareStatement("insert into t values(?, ?)")) {
            for (long now = System.nanoTime(); now < end; ) {
                insert.setInt(1, ids.incrementAndGet());
                insert.setString(2, "a row of the size that a delivery has in the ledger, or so");
                insert.executeUpdate();
                long after = System.nanoTime();
                took.add(after - now);
                now = after;
            }
        }
        return took.build().toArray();
    }

    private static double median(List<Result> of, java.util.function.ToDoubleFunction<Result> by) {
        double[] sorted = of.stream().mapToDouble(by).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private String table() {
        StringBuilder text =
                new StringBuilder("threads  store          commits/s  p50 ms  p99 ms\n");
        results.forEach(
                (name, list) ->
                        text.append(
                                "%7s  %-12s  %10.0f  %6.3f  %6.3f%n"
                                        .formatted(
                                                name.substring(0, 2),
                                                name.substring(3),
                                                median(list, Result::perSecond),
                                                median(list, Result::p50),
                                                median(list, Result::p99))));
        for (int threads : THREADS) {
            List<Result> plain =
                    results.getOrDefault("%2d plain Derby".formatted(threads), List.of());
            List<Result> volume = results.getOrDefault("%2d volume".formatted(threads), List.of());
            text.append(
                    "%7d  ratio: %.2f of plain Derby's commits, %.2f of its p99%n"
                            .formatted(
                                    threads,
                                    median(volume, Result::perSecond)
                                            / median(plain, Result::perSecond),
                                    median(volume, Result::p99) / median(plain, Result::p99)));
        }
        return text.toString();
    }

    private String json() {
        List<String> lines = new ArrayList<>();
        results.forEach(
                (name, list) ->
                        lines.add(
                                """
                                {"threads":%s,"store":"%s","commitsPerSecond":%.0f,\
                                "p50Millis":%.3f,"p99Millis":%.3f}"""
                                        .formatted(
                                                name.substring(0, 2).strip(),
                                                name.substring(3),
                                                median(list, Result::perSecond),
                                                median(list, Result::p50),
                                                median(list, Result::p99))));
        return "[" + String.join(",\n ", lines) + "]\n";
    }

    private static void delete(Path root) throws Exception {
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
