package org.todoku.migrate;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;

/** Files that survive a loss of power from now on. */
final class DurableTree {
    private DurableTree() {}

    /** Forces each file below a folder, then each folder, and the folder itself. */
    static void force(Path root) throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
                if (Files.isDirectory(path) || Files.isRegularFile(path)) {
                    one(path);
                }
            }
        }
    }

    /** Forces one file, or the names in one folder. */
    static void one(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
