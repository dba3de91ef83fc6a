package org.todoku.backup.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A real file system (ext4 in a file, mounted through a loop device) that can be frozen: every
 * write to it hangs until it is thawed, and not even SIGKILL ends the process that hangs.
 *
 * <p>For root on Linux, with {@code mkfs.ext4}, {@code mount} and {@code fsfreeze}. Whatever
 * happens to this process, another one thaws it when the time that was named is over. Not
 * thread-safe.
 */
public final class FrozenFileSystem implements AutoCloseable {
    private static final String SIZE = "1G";
    private static final Duration MARGIN = Duration.ofSeconds(30);

    private final Path mountPoint;
    private final Path image;
    private @Nullable Process guard;

    private FrozenFileSystem(Path mountPoint, Path image) {
        this.mountPoint = mountPoint;
        this.image = image;
    }

    /**
     * Makes and mounts a fresh one; its image lies beside the folder and takes the room it needs.
     *
     * @throws IOException where that cannot be done; the message says why
     */
    public static FrozenFileSystem mount(Path folder) throws IOException {
        Path image = folder.resolveSibling(folder.getFileName() + ".img");
        Files.createDirectories(folder);
        try {
            run("truncate", "-s", SIZE, image.toString());
            run("mkfs.ext4", "-q", "-F", image.toString());
            run("mount", "-o", "loop", image.toString(), folder.toString());
        } catch (IOException e) {
            Files.deleteIfExists(image);
            throw new IOException(
                    "a frozen disk needs root, mkfs.ext4 and a loop device: " + e.getMessage(), e);
        }
        return new FrozenFileSystem(folder, image);
    }

    /**
     * Freezes it.
     *
     * @param atMost the guard thaws it some time after this
     */
    public void freeze(Duration atMost) throws IOException {
        long seconds = atMost.plus(MARGIN).toSeconds();
        String thaw = "sleep %d; fsfreeze -u '%s'".formatted(seconds, mountPoint);
        guard = new ProcessBuilder("sh", "-c", thaw).start();
        run("fsfreeze", "-f", mountPoint.toString());
    }

    /** Thaws it; what is not frozen may be thawed. */
    public void thaw() {
        try {
            run("fsfreeze", "-u", mountPoint.toString());
        } catch (IOException e) {
            // It is not frozen; if it is, the guard goes on trying in our place.
            return;
        }
        Process running = guard;
        guard = null;
        if (running != null) {
            running.descendants().forEach(ProcessHandle::destroy);
            running.destroy();
        }
    }

    /** Thaws, unmounts and deletes it. */
    @Override
    public void close() throws IOException {
        thaw();
        try {
            run("umount", mountPoint.toString());
        } catch (IOException e) {
            run("umount", "-l", mountPoint.toString());
        }
        Files.deleteIfExists(image);
    }

    private static void run(String... command) throws IOException {
        Process process = new ProcessBuilder(List.of(command)).redirectErrorStream(true).start();
        try {
            String said = process.inputReader().lines().collect(Collectors.joining(" "));
            if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException(String.join(" ", command) + ": " + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
