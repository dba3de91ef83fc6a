package org.todoku.migrate;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.restore.Restore;
import org.todoku.backup.restore.RestorePlan;

/**
 * A restore into a data directory, shared by restore and takeover. It works in {@code db.partial}
 * and renames that at the end, so that what lies in {@code db} is always whole. Run again after an
 * interruption it goes on.
 */
final class Restoring {
    private static final String PARTIAL = "db.partial";

    private final Archive archive;
    private final Path data;
    private final Told told;

    Restoring(Archive archive, Path data, Told told) {
        this.archive = archive;
        this.data = data;
        this.told = told;
    }

    /** Told how far it is, in a hundred parts; may throw, which stops the restore. */
    interface Told {
        void progress(long done, long of);

        void note(String message);
    }

    /**
     * Refuses a directory with anything in it but an earlier attempt's part.
     *
     * @param own names of what the command itself keeps there
     */
    static void requireEmpty(Path data, String... own) {
        if (!Files.exists(data)) {
            return;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(data)) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                if (!name.equals(PARTIAL) && !List.of(own).contains(name)) {
                    throw new BackupException(
                            BackupFault.TARGET_NOT_EMPTY,
                            "restoring into " + data,
                            "it is not empty: it holds " + name,
                            "name a new directory; nothing in this one was touched");
                }
            }
        } catch (IOException e) {
            throw failed("looking into " + data, e);
        }
    }

    static String describe(RestorePlan plan) {
        return "base %s taken %s (%,d bytes in %d layers), then %,d log segments; %,d objects at most"
                .formatted(
                        plan.base().id(),
                        plan.base().taken(),
                        plan.base().bytes(),
                        plan.bases().size(),
                        plan.segments().size(),
                        plan.objects());
    }

    /** Restores and proves; the database is not booted. */
    Restore.Reached run(RestorePlan plan) {
        Path partial = data.resolve(PARTIAL);
        try {
            if (!Restore.isUnderWay(partial)) {
                deleteTree(partial);
            }
            Files.createDirectories(data);
            Restore.Reached reached = new Restore(archive, partial, new Parts()).run(plan);
            // The name says that it is whole: that must not be on the disk before the rest is.
            DurableTree.force(partial);
            Files.move(partial, data.resolve("db"));
            DurableTree.one(data);
            reached.warnings().forEach(told::note);
            return reached;
        } catch (IOException e) {
            throw failed("restoring into " + data, e);
        }
    }

    static String describe(Restore.Reached reached) {
        return "restored to log position %s, shipped %s; the log is contiguous"
                .formatted(reached.to().end(), reached.shipped());
    }

    /** Takes back what a restore has laid into a directory that was empty before. */
    static void undo(Path data) {
        try {
            deleteTree(data.resolve(PARTIAL));
            deleteTree(data.resolve("db"));
        } catch (IOException e) {
            throw failed("deleting what was restored into " + data, e);
        }
    }

    static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static BackupException failed(String what, IOException e) {
        return new BackupException(
                BackupFault.DISK_FAILED,
                what,
                e.toString(),
                "may this user write there, has the disk room?",
                e);
    }

    /** The base is most of the bytes; how the log compares is known only afterwards. */
    private final class Parts implements Restore.Progress {
        private static final int BASE = 80;

        @Override
        public void base(long bytes, long of) {
            told.progress(of == 0 ? BASE : bytes * BASE / of, 100);
        }

        @Override
        public void log(int segments, int of) {
            told.progress(BASE + (100L - BASE) * segments / Math.max(1, of), 100);
        }
    }
}
