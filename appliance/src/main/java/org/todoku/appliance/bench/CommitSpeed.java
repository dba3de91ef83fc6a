package org.todoku.appliance.bench;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToDoubleFunction;
import org.todoku.backup.Backup;
import org.todoku.backup.BackupConfig;
import org.todoku.backup.ForcePolicy;
import org.todoku.backup.archive.ArchiveKey;
import org.todoku.backup.archive.Capsule;
import org.todoku.backup.objects.StoreLocation;
import org.todoku.backup.volume.VolumeSettings;

/**
 * Durable one-row commits: plain Derby against the volume with a folder archive, both on the same
 * disk, alternating in one run. The figures are medians over the rounds; a ratio is the median of
 * the ratios of each round, so that a machine that gets slower for a while slows both sides of it.
 */
final class CommitSpeed {
    private static final List<Integer> THREADS = List.of(1, 16);
    private static final double LEAST_THROUGHPUT = 0.90;
    private static final double MOST_P99 = 1.5;

    private final Path folder;
    private final Duration each;
    private final int rounds;
    private final AtomicInteger ids = new AtomicInteger();

    CommitSpeed(Path folder, Duration each, int rounds) {
        this.folder = folder;
        this.each = each;
        this.rounds = rounds;
    }

    private record Round(Latencies.Window plain, Latencies.Window volume) {
        double ratio() {
            return volume.perSecond() / plain.perSecond();
        }

        double ratioOfP99() {
            return volume.quantile(0.99) / plain.quantile(0.99);
        }
    }

    List<Figure> run() throws Exception {
        String plain = "jdbc:derby:" + folder.resolve("plain");
        List<Figure> figures = new ArrayList<>();
        // First: it tells Derby where its own log goes.
        try (Backup backup = Backup.open(config(folder), newer -> {}, InstantSource.system())) {
            String volume = backup.jdbcUrl();
            Writers.prepare(volume);
            backup.start();
            Writers.prepare(plain);
            // Not counted: the compiler warms up on both.
            measure(plain, 4);
            measure(volume, 4);
            for (int threads : THREADS) {
                figures.addAll(figures(threads, rounds(plain, volume, threads)));
            }
            Writers.shutDown(plain);
        }
        return figures;
    }

    private List<Round> rounds(String plain, String volume, int threads) throws Exception {
        List<Round> found = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            if (i % 2 == 0) {
                Latencies.Window first = measure(plain, threads);
                found.add(new Round(first, measure(volume, threads)));
            } else {
                Latencies.Window first = measure(volume, threads);
                found.add(new Round(measure(plain, threads), first));
            }
        }
        return found;
    }

    private Latencies.Window measure(String url, int threads) throws Exception {
        Latencies commits;
        long from = System.nanoTime();
        try (Writers writers = new Writers(url, ids, new Writers.Load(threads, 0))) {
            commits = writers.commits();
            Writers.sleep(each);
        }
        return commits.between(from, from + each.toNanos());
    }

    private static List<Figure> figures(int threads, List<Round> rounds) {
        String name = "commit." + threads + ".";
        return List.of(
                Figure.of(name + "plain", median(rounds, r -> r.plain.perSecond()), "commits/s"),
                Figure.of(name + "volume", median(rounds, r -> r.volume.perSecond()), "commits/s"),
                Figure.atLeast(name + "ratio", median(rounds, Round::ratio), "x", LEAST_THROUGHPUT),
                Figure.of(name + "plain.p50", median(rounds, r -> r.plain.quantile(0.5)), "ms"),
                Figure.of(name + "volume.p50", median(rounds, r -> r.volume.quantile(0.5)), "ms"),
                Figure.of(name + "plain.p99", median(rounds, r -> r.plain.quantile(0.99)), "ms"),
                Figure.of(name + "volume.p99", median(rounds, r -> r.volume.quantile(0.99)), "ms"),
                Figure.atMost(
                        name + "p99.ratio", median(rounds, Round::ratioOfP99), "x", MOST_P99));
    }

    private static double median(List<Round> rounds, ToDoubleFunction<Round> of) {
        double[] sorted = rounds.stream().mapToDouble(of).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    /** As the appliance opens it by default, with an archive in a folder beside it. */
    private static BackupConfig config(Path folder) {
        Path key = folder.resolve("archive.key");
        ArchiveKey.generate(new SecureRandom()).write(key);
        StoreLocation location = StoreLocation.of(folder.resolve("archive").toUri().toString());
        var archive =
                new BackupConfig.ArchiveSettings(
                        location,
                        key,
                        Duration.ofSeconds(1),
                        Duration.ofHours(6),
                        Duration.ofDays(14));
        return new BackupConfig(
                folder.resolve("volume"),
                Optional.of(archive),
                ForcePolicy.LOCAL_OR_ARCHIVE,
                Duration.ofMillis(250),
                VolumeSettings.WRITE_BEHIND_MAX,
                Optional.empty(),
                "",
                "bench",
                () -> Capsule.empty("bench"));
    }
}
