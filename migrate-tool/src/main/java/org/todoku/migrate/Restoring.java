package org.todoku.migrate;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
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
    private final Output output;

    Restoring(Archive archive, Path data, Output output) {
        this.archive = archive;
        this.data = data;
        this.output = output;
    }

    /** Refuses a directory with anything in it but an earlier attempt's part. */
    static void requireEmpty(Path data) {
        if (!Files.exists(data)) {
            return;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(data)) {
            for (Path entry : entries) {
                if (!entry.getFileName().toString().equals(PARTIAL)) {
                    throw new BackupException(
                            BackupFault.TARGET_NOT_EMPTY,
                            "restoring into " + data,
                            "it is not empty: it holds " + entry.getFileName(),
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
            output.begin("restore", describe(plan));
            Restore.Reached reached = new Restore(archive, partial, new Told()).run(plan);
            Files.move(partial, data.resolve("db"));
            for (String warning : reached.warnings()) {
                output.note("restore", warning);
            }
            output.done(
                    "restore",
                    "restored to log position %s, shipped %s; the log is contiguous"
                            .formatted(reached.to().end(), reached.shipped()));
            return reached;
        } catch (IOException e) {
            throw failed("restoring into " + data, e);
        }
    }

    private static void deleteTree(Path root) throws IOException {
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

    private final class Told implements Restore.Progress {
        @Override
        public void base(long bytes, long of) {
            output.progress("base", bytes, of);
        }

        @Override
        public void log(int segments, int of) {
            output.progress("log", segments, of);
        }
    }
}
