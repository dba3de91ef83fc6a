package org.todoku.backup.restore;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;

/**
 * A file in the target of a restore that says which base is being restored and what of it is there
 * already, so that a restore that was interrupted goes on. It is gone when the restore is done. A
 * folder with anything in it and without a journal is nobody's to write to.
 */
final class RestoreJournal {
    static final String NAME = "restore.journal";

    private final Path file;
    private final Set<String> done = new HashSet<>();
    private boolean resumed;

    private RestoreJournal(Path file) {
        this.file = file;
    }

    /**
     * Opens the journal of a restore of this base; what an interrupted restore of another one has
     * left is deleted.
     *
     * @throws BackupException {@code TARGET_NOT_EMPTY}
     */
    static RestoreJournal open(Path target, String base) throws IOException {
        Files.createDirectories(target);
        RestoreJournal journal = new RestoreJournal(target.resolve(NAME));
        if (Files.exists(journal.file)) {
            List<String> lines = Files.readAllLines(journal.file);
            if (!lines.isEmpty() && lines.getFirst().equals(base)) {
                journal.done.addAll(lines.subList(1, lines.size()));
                journal.resumed = !journal.done.isEmpty();
                return journal;
            }
            empty(target);
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(target)) {
            for (Path entry : entries) {
                throw new BackupException(
                        BackupFault.TARGET_NOT_EMPTY,
                        "restoring into " + target,
                        "it is not empty: it holds " + entry.getFileName(),
                        "name a new directory; nothing in this one was touched");
            }
        }
        journal.write(base);
        return journal;
    }

    /** The target as before the restore, but for the folder itself and the journal's base. */
    void startOver(String base) throws IOException {
        empty(file.resolveSibling(".").normalize());
        done.clear();
        resumed = false;
        write(base);
    }

    /** Whether anything was there already. */
    boolean isResumed() {
        return resumed;
    }

    synchronized boolean has(String step) {
        return done.contains(step);
    }

    synchronized void done(String step) throws IOException {
        done.add(step);
        write(step);
    }

    void close() throws IOException {
        Files.delete(file);
    }

    private void write(String line) throws IOException {
        Files.write(
                file,
                (line + "\n").getBytes(StandardCharsets.UTF_8),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    private static void empty(Path target) throws IOException {
        try (Stream<Path> paths = Files.walk(target)) {
            // The journal goes last: without it the rest would be nobody's.
            List<Path> found =
                    paths.filter(path -> !path.equals(target))
                            .filter(path -> !path.equals(target.resolve(NAME)))
                            .sorted(Comparator.reverseOrder())
                            .toList();
            for (Path path : found) {
                Files.delete(path);
            }
        }
        Files.deleteIfExists(target.resolve(NAME));
    }
}
