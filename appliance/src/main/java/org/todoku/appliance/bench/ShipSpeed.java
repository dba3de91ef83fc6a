package org.todoku.appliance.bench;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.ArchiveKey;
import org.todoku.backup.archive.Epoch;
import org.todoku.backup.objects.FolderObjects;
import org.todoku.backup.ship.LogShipper;
import org.todoku.backup.ship.ShipSettings;
import org.todoku.backup.volume.LocalLog;
import org.todoku.backup.volume.Volume;
import org.todoku.backup.volume.VolumeListener;
import org.todoku.backup.volume.VolumeSettings;

/**
 * How far the archive is behind at 500 commits a second, and what that costs: puts, bytes beside
 * the bytes of the log, listings, and what is put when nobody writes.
 */
final class ShipSpeed {
    private static final int WRITERS = 16;
    private static final int PROBES = 64;
    private static final int PER_SECOND = 500;
    private static final double MOST_PUTS = 1.1;
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final Duration IDLE = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Path folder;
    private final Duration time;
    private final AtomicInteger ids = new AtomicInteger();
    private volatile boolean stopped;

    ShipSpeed(Path folder, Duration time) {
        this.folder = folder;
        this.time = time;
    }

    List<Figure> run() throws Exception {
        InstantSource clock = InstantSource.system();
        CountedPuts store = new CountedPuts(new FolderObjects(folder.resolve("shipped")));
        ArchiveKey key = ArchiveKey.generate(new SecureRandom());
        try (Archive archive = Archive.openOrCreate(store, key, clock)) {
            Epoch epoch =
                    new Epoch(1, "bench", "bench", "", Optional.empty(), "" + clock.instant(), "1");
            archive.claim(epoch);
            Path database = folder.resolve("shipping/db");
            ShipSettings shipping = new ShipSettings(INTERVAL, newer -> {});
            LogShipper shipper =
                    new LogShipper(archive, epoch, new LocalLog(database), shipping, clock);
            shipper.start(List.of());
            Volume volume =
                    Volume.attach(
                            database, shipper.tap(), VolumeSettings.local(), VolumeListener.NONE);
            try {
                Writers.prepare(volume.jdbcUrl());
                shipper.awaitShipped(PATIENCE);
                List<Figure> figures = measure(volume.jdbcUrl(), archive, store, shipper);
                Writers.shutDown(volume.jdbcUrl());
                return figures;
            } finally {
                volume.detach(PATIENCE);
                shipper.stop(PATIENCE);
            }
        }
    }

    private List<Figure> measure(String url, Archive archive, CountedPuts store, LogShipper shipper)
            throws Exception {
        long first = shipper.position().sequence();
        CountedPuts.Counts before = store.counts();
        Latencies lags = new Latencies();
        long from = System.nanoTime();
        var load = new Writers.Load(WRITERS, PER_SECOND - PROBES / 2);
        Latencies commits;
        CountedPuts.Counts shipped;
        double seconds;
        try (Writers writers = new Writers(url, ids, load);
                ExecutorService probes = Executors.newFixedThreadPool(PROBES)) {
            commits = writers.commits();
            List<Future<Void>> running = new ArrayList<>();
            for (int i = 0; i < PROBES; i++) {
                Latencies.Recorder recorder = lags.recorder();
                running.add(probes.submit(() -> probe(url, shipper, recorder)));
            }
            Writers.sleep(time);
            shipped = store.counts().since(before);
            seconds = (System.nanoTime() - from) / 1e9;
            stopped = true;
            for (Future<Void> each : running) {
                each.get();
            }
        }
        long until = System.nanoTime();
        shipper.awaitShipped(PATIENCE);
        CountedPuts.Counts busy = store.counts().since(before);
        long log = 0;
        for (long n = first + 1; n <= shipper.position().sequence(); n++) {
            log +=
                    archive.segment(1, n).segment().chunks().stream()
                            .mapToLong(chunk -> chunk.bytes().length)
                            .sum();
        }
        CountedPuts.Counts quiet = store.counts();
        Writers.sleep(IDLE);
        CountedPuts.Counts idle = store.counts().since(quiet);
        Latencies.Window behind = lags.between(from, until);
        double all = commits.between(from, until).perSecond() + behind.perSecond();
        return List.of(
                Figure.of("ship.commits", all, "commits/s"),
                Figure.of("ship.samples", behind.count(), ""),
                Figure.of("ship.behind.p50", behind.quantile(0.5), "ms"),
                Figure.atMost("ship.behind.p999", behind.quantile(0.999), "ms", 1000),
                Figure.atMost("ship.puts", shipped.puts() / seconds, "per s", MOST_PUTS),
                Figure.atMost("ship.bytes", (double) busy.bytes() / log, "x of log", 0.35),
                Figure.atMost("ship.lists", (double) busy.lists(), "", 0),
                Figure.atMost("ship.idle.puts", (double) idle.puts(), "in 10 s", 0),
                Figure.atMost("ship.idle.lists", (double) idle.lists(), "in 10 s", 0));
    }

    /** Commits, then waits until that is in the archive; what is noted begins after the commit. */
    private Void probe(String url, LogShipper shipper, Latencies.Recorder recorder)
            throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                PreparedStatement insert =
                        connection.prepareStatement("insert into t values(?, ?)")) {
            while (!stopped) {
                // At any moment between two puts, not always right behind one.
                Writers.sleep(
                        Duration.ofNanos(ThreadLocalRandom.current().nextLong(INTERVAL.toNanos())));
                insert.setInt(1, ids.incrementAndGet());
                insert.setString(2, "a probe");
                insert.executeUpdate();
                long committed = System.nanoTime();
                if (!shipper.awaitShipped(PATIENCE)) {
                    throw new SQLException("not in the archive within " + PATIENCE);
                }
                recorder.note(committed, System.nanoTime());
            }
        }
        return null;
    }
}
