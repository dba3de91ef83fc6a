package org.todoku.appliance.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.ArchiveKey;
import org.todoku.backup.archive.Epoch;
import org.todoku.backup.bench.FrozenFileSystem;
import org.todoku.backup.objects.FolderObjects;
import org.todoku.backup.ship.LogShipper;
import org.todoku.backup.ship.ShipSettings;
import org.todoku.backup.volume.LocalLog;
import org.todoku.backup.volume.Volume;
import org.todoku.backup.volume.VolumeListener;
import org.todoku.backup.volume.VolumeSettings;
import org.todoku.backup.volume.VolumeSettings.ArchiveRole;

/**
 * Commits and cached reads while the data disk is frozen and a put into the archive takes 100 ms,
 * and how soon all is as before when the disk answers again. The archive lies on the machine's own
 * disk, which is not frozen.
 */
final class FrozenDisk {
    private static final Duration PUT = Duration.ofMillis(100);
    private static final Duration BEFORE = Duration.ofSeconds(4);
    private static final Duration AFTER = Duration.ofSeconds(10);
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final double FULL_SPEED = 0.9;
    private static final double MIB = 1024 * 1024;

    private final Path folder;
    private final AtomicInteger ids = new AtomicInteger();

    FrozenDisk(Path folder) {
        this.folder = folder;
    }

    /**
     * One freeze under a load.
     *
     * @param name begins the names of the figures
     */
    record Freeze(String name, Writers.Load load, Duration time) {}

    /**
     * Runs one freeze after the other on one database.
     *
     * @throws IOException where no file system can be frozen
     */
    List<Figure> run(List<Freeze> freezes) throws Exception {
        InstantSource clock = InstantSource.system();
        Path data = folder.resolve("data");
        try (FrozenFileSystem disk = FrozenFileSystem.mount(data);
                Archive archive =
                        Archive.openOrCreate(
                                new SlowPuts(new FolderObjects(folder.resolve("slow")), PUT),
                                ArchiveKey.generate(new SecureRandom()),
                                clock)) {
            Epoch epoch =
                    new Epoch(1, "bench", "bench", "", Optional.empty(), "" + clock.instant(), "1");
            archive.claim(epoch);
            Path database = data.resolve("db");
            ShipSettings shipping = new ShipSettings(SECOND, newer -> {});
            LogShipper shipper =
                    new LogShipper(archive, epoch, new LocalLog(database), shipping, clock);
            shipper.start(List.of());
            VolumeSettings settings =
                    new VolumeSettings(
                            ArchiveRole.STANDS_IN,
                            Duration.ofMillis(250),
                            VolumeSettings.ISOLATED_AFTER,
                            VolumeSettings.WRITE_BEHIND_MAX,
                            Optional.empty());
            Volume volume = Volume.attach(database, shipper.tap(), settings, VolumeListener.NONE);
            try {
                Writers.prepare(volume.jdbcUrl());
                List<Figure> figures = new ArrayList<>();
                for (Freeze freeze : freezes) {
                    figures.addAll(measure(volume, disk, freeze));
                }
                Writers.shutDown(volume.jdbcUrl());
                return figures;
            } finally {
                disk.thaw();
                volume.detach(Duration.ofSeconds(20));
                shipper.stop(Duration.ofSeconds(5));
            }
        }
    }

    private List<Figure> measure(Volume volume, FrozenFileSystem disk, Freeze freeze)
            throws Exception {
        Latencies commits;
        Latencies reads;
        long start = System.nanoTime();
        long frozen;
        long thawed;
        long most;
        try (Writers writers = new Writers(volume.jdbcUrl(), ids, freeze.load).reading()) {
            commits = writers.commits();
            reads = writers.reads();
            Writers.sleep(BEFORE);
            disk.freeze(freeze.time);
            frozen = System.nanoTime();
            try {
                most = mostQueued(volume, frozen + freeze.time.toNanos());
            } finally {
                disk.thaw();
            }
            thawed = System.nanoTime();
            Writers.sleep(AFTER);
        }
        long second = SECOND.toNanos();
        double before = commits.between(start + second, frozen).perSecond();
        Latencies.Window during = commits.between(frozen, thawed);
        String name = freeze.name + ".";
        return List.of(
                Figure.of(name + "before", before, "commits/s"),
                Figure.of(name + "commits", during.perSecond(), "commits/s"),
                Figure.of(name + "p50", during.quantile(0.5), "ms"),
                p99(freeze, during.quantile(0.99)),
                Figure.of(name + "worst", during.worst(), "ms"),
                Figure.atMost(
                        name + "reads.p99", reads.between(frozen, thawed).quantile(0.99), "ms", 5),
                Figure.atMost(
                        name + "held", most / MIB, "MiB", VolumeSettings.WRITE_BEHIND_MAX / MIB),
                Figure.atMost(
                        name + "fullSpeedAfter", secondsUntil(commits, thawed, before), "s", 5));
    }

    /** What is promised is the time of a commit among few others that are as busy. */
    private static Figure p99(Freeze freeze, double millis) {
        String name = freeze.name + ".p99";
        return freeze.load.perSecond() == 0
                ? Figure.atMost(name, millis, "ms", 300)
                : Figure.of(name, millis, "ms");
    }

    private static long mostQueued(Volume volume, long until) {
        long most = 0;
        while (until - System.nanoTime() > 0) {
            most = Math.max(most, volume.queuedBytes());
            Writers.sleep(Duration.ofMillis(5));
        }
        return most;
    }

    /** From when on a whole second has 90 % of what was committed in one before the freeze. */
    private static double secondsUntil(Latencies commits, long thawed, double before) {
        long step = SECOND.toNanos() / 20;
        long second = SECOND.toNanos();
        for (long at = thawed; at - thawed < AFTER.toNanos() - second; at += step) {
            if (commits.between(at, at + second).perSecond() >= before * FULL_SPEED) {
                return (at - thawed) / 1e9;
            }
        }
        return Double.POSITIVE_INFINITY;
    }
}
