package org.todoku.backup;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** The folder for what a base needs beside the database while it is taken. */
final class Scratch {
    private static final System.Logger LOG = System.getLogger(Scratch.class.getName());

    private Scratch() {}

    static Path of(BackupConfig config) {
        return config.dataDirectory().resolve("base.tmp");
    }

    /** Deletes it with all that a process which died has left there. */
    static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            // It only takes room.
            LOG.log(Level.WARNING, "cannot delete " + folder + ": " + e);
        }
    }
}
