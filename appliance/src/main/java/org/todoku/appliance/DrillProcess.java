package org.todoku.appliance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.ArchiveKey;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.archive.Drill;
import org.todoku.backup.archive.Drills;
import org.todoku.backup.archive.HostName;
import org.todoku.backup.archive.RecoveryKit;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.objects.ObjectStore;
import org.todoku.backup.objects.ObjectStores;
import org.todoku.backup.objects.StoreLocation;
import org.todoku.backup.restore.Restore;
import org.todoku.backup.restore.RestorePlan;
import org.todoku.backup.restore.RestoreTarget;

/**
 * The drill that the server holds by itself, with nothing but the lines of the recovery kit, in a
 * process of its own: its memory, its work and what might go wrong in it are not the server's, and
 * it can be ended at any moment. Restores into a scratch folder, checks, writes the result into the
 * archive, and deletes the folder.
 *
 * <p>Its input is a line to the server: when that ends, by whatever death of the server, the
 * process ends at once and writes nothing more. The folder then stays until the next start of the
 * server.
 */
public final class DrillProcess {
    /** Exit status of a drill whose server is gone. */
    static final int ALONE = 4;

    private DrillProcess() {}

    /**
     * Holds one.
     *
     * @param args key file, scratch folder, the archive's URL, and where there are: endpoint,
     *     region, {@code path-style} (empty where there is none)
     */
    public static void main(String[] args) {
        Thread.ofPlatform().daemon().name("drill-server").start(DrillProcess::endWithTheServer);
        StoreLocation place =
                new StoreLocation(
                        java.net.URI.create(args[2]),
                        given(args[3]).map(java.net.URI::create),
                        given(args[4]),
                        !args[5].isEmpty());
        Path scratch = Path.of(args[1]);
        RecoveryKit kit =
                printed(new RecoveryKit(place, ArchiveKey.read(Path.of(args[0]))), scratch);
        ObjectStore store = ObjectStores.open(kit.location());
        boolean passed;
        try (Archive archive = Archive.open(store, kit.key())) {
            Drill drill = hold(archive, scratch);
            new Drills(archive).put(drill);
            passed = drill.passed();
        }
        System.exit(passed ? 0 : 1);
    }

    /** Nothing ever comes on the line. */
    private static void endWithTheServer() {
        try {
            while (System.in.read() >= 0) {}
        } catch (IOException e) {
            // As good as its end.
        }
        Runtime.getRuntime().halt(ALONE);
    }

    /**
     * The kit as it would be printed now, read back from its lines: what opens the archive here is
     * what a person would have in an emergency.
     */
    static RecoveryKit printed(RecoveryKit kit, Path scratch) {
        Path page = scratch.resolve("kit.txt");
        try {
            Files.createDirectories(scratch);
            Files.createFile(
                    page,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
            Files.writeString(page, kit.page());
            return RecoveryKit.read(page);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } finally {
            delete(scratch);
        }
    }

    private static Optional<String> given(String text) {
        return Optional.of(text).filter(some -> !some.isEmpty());
    }

    private static Drill hold(Archive archive, Path scratch) {
        Instant begun = Instant.now();
        long bytes = 0;
        String point = "";
        double age = 0;
        List<String> problems;
        try {
            Chain chain = Chain.read(archive);
            RestorePlan plan =
                    RestorePlan.of(chain, archive.catalogue(), new RestoreTarget.Newest());
            bytes = plan.base().bytes();
            Optional<Instant> reached = Drill.recoveryPoint(archive, chain);
            new Restore(archive, scratch.resolve("db"), new Silent()).run(plan);
            problems = RestoredCheck.run(scratch).broken();
            point = reached.map(Instant::toString).orElse("");
            age = reached.map(at -> seconds(at, begun)).orElse(0.0);
        } catch (BackupException e) {
            problems = List.of(String.valueOf(e.getMessage()));
        } finally {
            delete(scratch);
        }
        double took = seconds(begun, Instant.now());
        return new Drill(
                begun.toString(), HostName.here(), point, age, took, bytes, true, problems);
    }

    private static double seconds(Instant from, Instant to) {
        return Math.max(0, Duration.between(from, to).toMillis()) / 1000.0;
    }

    /** It holds the members' data: it is not left lying about. */
    static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            System.getLogger(DrillProcess.class.getName())
                    .log(System.Logger.Level.WARNING, "cannot delete " + folder + ": " + e);
        }
    }

    private static final class Silent implements Restore.Progress {
        @Override
        public void base(long bytes, long of) {}

        @Override
        public void log(int segments, int of) {}
    }
}
