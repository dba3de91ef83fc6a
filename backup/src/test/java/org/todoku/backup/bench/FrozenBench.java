package org.todoku.backup.bench;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.todoku.backup.FrozenFileSystem;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.ArchiveKey;
import org.todoku.backup.archive.Epoch;
import org.todoku.backup.objects.FolderObjects;
import org.todoku.backup.objects.ObjectStore;
import org.todoku.backup.ship.LogShipper;
import org.todoku.backup.ship.ShipSettings;
import org.todoku.backup.volume.LocalLog;
import org.todoku.backup.volume.Volume;
import org.todoku.backup.volume.VolumeListener;
import org.todoku.backup.volume.VolumeSettings;
import org.todoku.backup.volume.VolumeSettings.ArchiveRole;

/**
 * Commits of four writers, and reads of cached pages, while the data disk is frozen and a put into
 * the archive takes 100 ms: {@code FrozenBench [SECONDS]}, for root only.
 */
public final class FrozenBench {
    private static final Duration PUT = Duration.ofMillis(100);
    private static final int WRITERS = 4;

    private final AtomicInteger ids = new AtomicInteger();
    private final ConcurrentLinkedQueue<Long> commits = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Long> reads = new ConcurrentLinkedQueue<>();
    private volatile boolean stopped;

    private FrozenBench() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] args) throws Exception {
        int seconds = args.length == 0 ? 15 : Integer.parseInt(args[0]);
        Path folder = Files.createTempDirectory("todoku-frozen");
        FrozenBench bench = new FrozenBench();
        InstantSource clock = InstantSource.system();
        Path data = folder.resolve("data");
        try (FrozenFileSystem frozen = FrozenFileSystem.mount(data);
                Archive archive =
                        Archive.openOrCreate(
                                slow(new FolderObjects(folder.resolve("archive"))),
                                ArchiveKey.generate(new SecureRandom()),
                                clock)) {
            Epoch epoch =
                    new Epoch(1, "bench", "bench", "", Optional.empty(), "" + clock.instant(), "1");
            archive.claim(epoch);
            Path database = data.resolve("db");
            LogShipper shipper =
                    new LogShipper(
                            archive,
                            epoch,
                            new LocalLog(database),
                            new ShipSettings(Duration.ofSeconds(1), newer -> {}),
                            clock);
            shipper.start(List.of());
            VolumeSettings settings =
                    new VolumeSettings(
                            ArchiveRole.STANDS_IN,
                            Duration.ofMillis(250),
                            VolumeSettings.ISOLATED_AFTER,
                            VolumeSettings.WRITE_BEHIND_MAX);
            Volume volume = Volume.attach(database, shipper.tap(), settings, VolumeListener.NONE);
            bench.run(volume, frozen, seconds);
            volume.detach(Duration.ofSeconds(10));
            shipper.stop(Duration.ofSeconds(5));
        }
        System.exit(0);
    }

    private static ObjectStore slow(ObjectStore store) {
        return (ObjectStore)
                Proxy.newProxyInstance(
                        ObjectStore.class.getClassLoader(),
                        new Class<?>[] {ObjectStore.class},
                        (proxy, method, arguments) -> {
                            if (method.getName().equals("create")) {
                                LockSupport.parkNanos(PUT.toNanos());
                            }
                            return method.invoke(store, arguments);
                        });
    }

    private void run(Volume volume, FrozenFileSystem frozen, int seconds) throws Exception {
        String url = volume.jdbcUrl();
        try (Connection first = DriverManager.getConnection(url + ";create=true");
                Statement statement = first.createStatement()) {
            statement.execute("create table t(id int primary key, text varchar(100))");
        }
        List<Future<?>> work = new ArrayList<>();
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            for (int i = 0; i < WRITERS; i++) {
                work.add(threads.submit(() -> write(url)));
            }
            work.add(threads.submit(() -> read(url)));
            phase("before the freeze", volume, 5);
            frozen.freeze();
            try {
                phase("frozen", volume, seconds);
            } finally {
                frozen.thaw();
            }
            phase("5 s after the thaw", volume, 5);
            phase("the 5 s after that", volume, 5);
            stopped = true;
            for (Future<?> each : work) {
                each.get();
            }
        }
        shutDown(url);
    }

    @SuppressWarnings("SystemOut")
    private void phase(String name, Volume volume, int seconds) {
        commits.clear();
        reads.clear();
        long most = 0;
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(10_000_000);
            most = Math.max(most, volume.queuedBytes());
        }
        System.out.printf(
                "%-20s %6d commits/s, p50 %7.1f, p99 %7.1f ms; cached reads p99 %5.2f ms;"
                        + " %6d KiB held; %s%n",
                name,
                commits.size() / seconds,
                quantile(commits, 50),
                quantile(commits, 99),
                quantile(reads, 99),
                most / 1024,
                volume.state());
    }

    private Void write(String url) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                PreparedStatement insert =
                        connection.prepareStatement("insert into t values(?, 'a row')")) {
            while (!stopped) {
                long start = System.nanoTime();
                insert.setInt(1, ids.incrementAndGet());
                insert.executeUpdate();
                commits.add(System.nanoTime() - start);
            }
        }
        return null;
    }

    private Void read(String url) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                PreparedStatement select =
                        connection.prepareStatement("select text from t where id = ?")) {
            for (int i = 0; !stopped; i++) {
                long start = System.nanoTime();
                select.setInt(1, 1 + i % 500);
                select.executeQuery().close();
                reads.add(System.nanoTime() - start);
                LockSupport.parkNanos(1_000_000);
            }
        }
        return null;
    }

    private static double quantile(ConcurrentLinkedQueue<Long> nanos, int percent) {
        List<Long> sorted = nanos.stream().sorted().toList();
        return sorted.isEmpty() ? 0 : sorted.get((sorted.size() - 1) * percent / 100) / 1e6;
    }

    private static void shutDown(String url) throws IOException {
        try (Connection open = DriverManager.getConnection(url + ";shutdown=true")) {
            throw new IOException("still open: " + open);
        } catch (SQLException expected) {
            if (!"08006".equals(expected.getSQLState())) {
                throw new IOException(expected);
            }
        }
    }
}
