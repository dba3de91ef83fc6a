package org.todoku.appliance;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;

/**
 * The directory that holds everything of one appliance, claimed for this process by a lock that the
 * kernel takes back however the process ends. Two processes on one database would destroy it.
 */
final class DataDirectory implements AutoCloseable {
    private static final String LOCK_FILE = "todoku.lock";
    private static final String CONFIG_FILE = "todoku.yaml";

    private final Path path;
    private final FileChannel channel;

    private DataDirectory(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /** Makes the directory if it is missing and claims it. */
    static DataDirectory claim(Path directory) {
        Path path = directory.toAbsolutePath().normalize();
        FileChannel channel = null;
        try {
            Files.createDirectories(path);
            channel =
                    FileChannel.open(
                            path.resolve(LOCK_FILE),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
            FileLock lock = tryLock(channel);
            if (lock == null) {
                channel.close();
                throw new FaultException(
                        Fault.DATA_DIR_IN_USE,
                        "use " + path,
                        "another process works on it",
                        "stop that process first, or name another --data");
            }
            return new DataDirectory(path, channel);
        } catch (IOException e) {
            throw new FaultException(
                    Fault.DATA_DIR_UNWRITABLE,
                    "use " + path,
                    "it cannot be written ("
                            + e.getClass().getSimpleName()
                            + ": "
                            + e.getMessage()
                            + ")",
                    "check its owner and rights, or name another --data",
                    e);
        }
    }

    /** Where the configuration lies when none is named, if it is there. */
    static Path configIn(Path directory) {
        return directory.resolve(CONFIG_FILE);
    }

    Path path() {
        return path;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // This very process has it.
        }
    }
}
