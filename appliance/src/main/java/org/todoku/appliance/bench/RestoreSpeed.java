package org.todoku.appliance.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.todoku.appliance.bench.BenchedService.Place;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.ArchiveKey;
import org.todoku.backup.archive.BaseManifest;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.objects.FolderObjects;
import org.todoku.backup.restore.Restore;
import org.todoku.backup.restore.RestorePlan;
import org.todoku.backup.restore.RestoredDatabase;

/** Restores of a folder archive, each part by itself and beside its reference. */
final class RestoreSpeed {
    private static final double MIB = 1024.0 * 1024;
    private static final int WRITTEN = 256;
    private static final int ROUNDS = 7;
    private static final double LEAST_OF_REFERENCE = 0.8;
    private static final double MOST_OBJECTS = 64;
    private static final double LEAST_REDO = 10;
    private static final double MOST_SECONDS = 10;

    private final Path folder;
    private final BenchedService service;
    private final List<Figure> figures = new ArrayList<>();

    RestoreSpeed(Path folder, BenchedService service) {
        this.folder = folder;
        this.service = service;
    }

    List<Figure> run(int members, long logBytes) throws Exception {
        Place fresh = place("fresh");
        service.prepare(fresh, members, 0);
        base(fresh, members);
        Place behind = place("behind");
        service.prepare(behind, Math.min(members, 20_000), logBytes);
        redo(behind);
        return figures;
    }

    private Place place(String name) {
        Path at = folder.resolve(name);
        return new Place(at.resolve("data"), at.resolve("archive"), at.resolve("archive.key"));
    }

    /** One restore beside what the machine can do at that moment; MiB a second. */
    private record Round(double disk, double unpack, double restore) {
        double ratio() {
            return restore / Math.min(disk, unpack);
        }
    }

    /** Medians over rounds; a ratio is the median of the ratios of each round. */
    private void baseAlone(Archive archive, RestorePlan plan) throws Exception {
        double mib = plan.base().bytes() / MIB;
        List<Round> rounds = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            Path target = folder.resolve("restored-" + i);
            double disk = diskWrite();
            double unpack = unpack(archive, plan);
            long begun = System.nanoTime();
            new Restore(archive, target.resolve("db"), new Silent()).run(plan);
            rounds.add(new Round(disk, unpack, mib / seconds(begun)));
            BenchOptions.delete(target);
        }
        figures.add(Figure.of("restore.disk.write", median(rounds, Round::disk), "MiB/s"));
        figures.add(Figure.of("restore.decompression", median(rounds, Round::unpack), "MiB/s"));
        figures.add(Figure.of("restore.base.rate", median(rounds, Round::restore), "MiB/s"));
        figures.add(
                Figure.atLeast(
                        "restore.base.ratio",
                        median(rounds, Round::ratio),
                        "x",
                        LEAST_OF_REFERENCE));
    }

    private static double median(List<Round> rounds, ToDoubleFunction<Round> of) {
        double[] sorted = rounds.stream().mapToDouble(of).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    /** Everything from the base until the service answers, first; then the base by itself. */
    private void base(Place place, int members) throws Exception {
        try (Archive archive = open(place)) {
            RestorePlan plan = plan(archive);
            double mib = plan.base().bytes() / MIB;
            Path target = folder.resolve("restored");
            long begun = System.nanoTime();
            new Restore(archive, target.resolve("db"), new Silent()).run(plan);
            double restored = seconds(begun);
            figures.add(Figure.of("restore.base", mib, "MiB"));
            figures.add(
                    Figure.atMost(
                            "restore.objects",
                            objects(plan) / (mib / 1024),
                            "per GiB",
                            MOST_OBJECTS));
            long booting = System.nanoTime();
            long rows;
            try (RestoredDatabase database = RestoredDatabase.boot(target.resolve("db"))) {
                figures.add(Figure.of("restore.boot", seconds(booting), "s"));
                rows = database.check().getOrDefault("MEMBER", 0L);
            }
            figures.add(Figure.of("restore.check", seconds(booting), "s"));
            if (rows != members) {
                throw new IOException(rows + " members came back of " + members);
            }
            long starting = System.nanoTime();
            try (AutoCloseable serving = service.serve(target)) {
                figures.add(Figure.of("restore.start", seconds(starting), "s"));
                figures.add(Figure.atMost("restore.served", seconds(begun), "s", MOST_SECONDS));
                figures.add(Figure.of("restore.first", restored, "s"));
                assert serving != null;
            }
            baseAlone(archive, plan);
        }
    }

    /** Derby's own recovery over the log behind a base. */
    private void redo(Place place) throws Exception {
        try (Archive archive = open(place)) {
            RestorePlan plan = plan(archive);
            Path target = folder.resolve("redone");
            Restore.Reached reached =
                    new Restore(archive, target.resolve("db"), new Silent()).run(plan);
            double mib = logBytes(target.resolve("db/log"), plan.base()) / MIB;
            long begun = System.nanoTime();
            RestoredDatabase.boot(target.resolve("db")).close();
            double took = seconds(begun);
            figures.add(Figure.of("redo.segments", reached.segments(), ""));
            figures.add(Figure.of("redo.log", mib, "MiB"));
            figures.add(Figure.of("redo.seconds", took, "s"));
            figures.add(Figure.atLeast("redo.rate", mib / took, "MiB/s", LEAST_REDO));
        }
    }

    private static long logBytes(Path folder, BaseManifest base) throws IOException {
        long had =
                base.files().stream()
                        .filter(file -> file.path().startsWith("log/log"))
                        .mapToLong(BaseManifest.BaseFile::size)
                        .sum();
        try (Stream<Path> files = Files.list(folder)) {
            long all =
                    files.filter(file -> String.valueOf(file.getFileName()).matches("log\\d+.dat"))
                            .mapToLong(file -> file.toFile().length())
                            .sum();
            return Math.max(0, all - had);
        }
    }

    private static long objects(RestorePlan plan) {
        long packs = plan.bases().stream().mapToLong(base -> base.packs().size() + 2L).sum();
        return packs + plan.segments().size();
    }

    private double diskWrite() throws IOException {
        Path file = folder.resolve("write-probe");
        ByteBuffer block = ByteBuffer.allocateDirect(1 << 20);
        new java.util.Random(1).ints(1 << 18).forEach(block::putInt);
        long begun = System.nanoTime();
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            for (int i = 0; i < WRITTEN; i++) {
                block.clear();
                channel.write(block);
            }
            channel.force(true);
        }
        double rate = WRITTEN / seconds(begun);
        Files.delete(file);
        return rate;
    }

    /** All packs opened, on as many threads as there are cores; nothing is written. */
    private static double unpack(Archive archive, RestorePlan plan) throws Exception {
        List<Callable<Long>> reads = new ArrayList<>();
        for (BaseManifest base : plan.bases()) {
            for (int pack = 1; pack <= base.packs().size(); pack++) {
                int number = pack;
                reads.add(() -> unpacked(archive.packStream(base.id(), number)));
            }
        }
        long begun = System.nanoTime();
        long bytes = 0;
        int cores = Runtime.getRuntime().availableProcessors();
        try (ExecutorService threads = Executors.newFixedThreadPool(cores)) {
            for (Future<Long> read : threads.invokeAll(reads)) {
                bytes += read.get();
            }
        }
        return bytes / MIB / seconds(begun);
    }

    /** As quick as it can be: the bytes go nowhere. */
    private static long unpacked(InputStream pack) throws IOException {
        byte[] buffer = new byte[256 * 1024];
        long bytes = 0;
        try (pack) {
            for (int read = pack.read(buffer); read >= 0; read = pack.read(buffer)) {
                bytes += read;
            }
        }
        return bytes;
    }

    private static Archive open(Place place) {
        return Archive.open(new FolderObjects(place.archive()), ArchiveKey.read(place.key()));
    }

    private static RestorePlan plan(Archive archive) {
        return RestorePlan.of(Chain.read(archive), archive.bases(), Optional.empty());
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    private static final class Silent implements Restore.Progress {
        @Override
        public void base(long bytes, long of) {}

        @Override
        public void log(int segments, int of) {}
    }
}
