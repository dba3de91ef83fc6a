package org.todoku.backup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * A real file system (ext4 in a file, mounted) that can be frozen: every write to it hangs until it
 * is thawed, and not even SIGKILL ends the process that hangs. For root only. A process of its own
 * thaws it after a minute whatever happens here.
 */
public final class FrozenFileSystem implements AutoCloseable {
    private static final String MEBIBYTES = "192";

    private final Path mountPoint;
    private @Nullable Process guard;

    private FrozenFileSystem(Path mountPoint) {
        this.mountPoint = mountPoint;
    }

    /** Mounts a fresh one at a folder; says why and skips the test where that cannot be done. */
    public static FrozenFileSystem mount(Path folder) throws IOException {
        Path image = folder.resolveSibling(folder.getFileName() + ".img");
        Files.createDirectories(folder);
        boolean made =
                succeeds("dd", "if=/dev/zero", "of=" + image, "bs=1M", "count=" + MEBIBYTES)
                        && succeeds("mkfs.ext4", "-q", "-F", image.toString())
                        && succeeds("mount", "-o", "loop", image.toString(), folder.toString());
        if (!made) {
            System.err.println("SKIPPED: no frozen disk without root, mkfs.ext4 and a loop device");
        }
        Assumptions.assumeTrue(made, "a loop mount of ext4");
        return new FrozenFileSystem(folder);
    }

    public void freeze() throws IOException {
        String thaw = "sleep 60; fsfreeze -u " + mountPoint;
        guard = new ProcessBuilder(List.of("sh", "-c", thaw)).start();
        if (!succeeds("fsfreeze", "-f", mountPoint.toString())) {
            throw new IOException("cannot freeze " + mountPoint);
        }
    }

    /** Thawing what is not frozen is no error. */
    public void thaw() throws IOException {
        succeeds("fsfreeze", "-u", mountPoint.toString());
        Process running = guard;
        if (running != null) {
            running.descendants().forEach(ProcessHandle::destroy);
            running.destroy();
        }
    }

    @Override
    public void close() throws IOException {
        thaw();
        if (!succeeds("umount", mountPoint.toString())) {
            succeeds("umount", "-l", mountPoint.toString());
        }
    }

    private static boolean succeeds(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (IOException e) {
            return false;
        }
    }
}
