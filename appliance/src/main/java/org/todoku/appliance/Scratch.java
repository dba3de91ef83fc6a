package org.todoku.appliance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder for a while in the temporary folder, which only this user reads: it may hold the
 * members' data. It is deleted when it is closed; what a process that was killed has left is
 * deleted when the next is made. Such a one is known by its lock, which the kernel lets go with its
 * process: a living process's, another user's, and what somebody else called so are left alone.
 */
public final class Scratch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Scratch.class);
    private static final String LOCK = "lock";
    private static final String WORK = "work";

    private final Path root;
    private final FileChannel lock;
    private boolean kept;

    private Scratch(Path root, FileChannel lock) {
        this.root = root;
        this.lock = lock;
    }

    /**
     * Makes one.
     *
     * @param purpose one word, part of its name
     */
    public static Scratch make(String purpose) throws IOException {
        return make(Path.of(System.getProperty("java.io.tmpdir")), purpose);
    }

    static Scratch make(Path temporary, String purpose) throws IOException {
        // Locked before it has a name by which others look for it.
        Path made = Files.createTempDirectory(temporary, ".todoku");
        Files.createDirectory(made.resolve(WORK));
        FileChannel channel =
                FileChannel.open(
                        made.resolve(LOCK),
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.WRITE);
        FileLock held = channel.lock();
        assert held.isValid();
        String prefix = "todoku-" + purpose + "-";
        clear(temporary, prefix, made);
        Path root = temporary.resolve(prefix + UUID.randomUUID());
        return new Scratch(Files.move(made, root), channel);
    }

    /** Deletes what processes that were killed have left, without making one. */
    static void clear(String purpose) throws IOException {
        make(purpose).close();
    }

    private static void clear(Path temporary, String prefix, Path mine) throws IOException {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(temporary, prefix + "*")) {
            for (Path other : found) {
                if (Files.isRegularFile(other.resolve(LOCK))
                        && Files.getOwner(other).equals(Files.getOwner(mine))
                        && isLeft(other.resolve(LOCK))) {
                    LOG.info("deleting {}, which a process that was killed has left", other);
                    delete(other);
                }
            }
        }
    }

    private static boolean isLeft(Path lock) {
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE);
                FileLock free = channel.tryLock()) {
            return free != null;
        } catch (IOException | OverlappingFileLockException e) {
            return false;
        }
    }

    /** Empty at first. */
    public Path folder() {
        return root.resolve(WORK);
    }

    /** It stays where it is when this is closed, and nobody deletes it later. */
    public void keep() throws IOException {
        kept = true;
        Files.delete(root.resolve(LOCK));
    }

    @Override
    public void close() throws IOException {
        lock.close();
        if (!kept) {
            delete(root);
        }
    }

    private static void delete(Path root) throws IOException {
        List<Path> all;
        try (Stream<Path> paths = Files.walk(root)) {
            all = paths.sorted(Comparator.reverseOrder()).toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        for (Path path : all) {
            Files.deleteIfExists(path);
        }
    }
}
