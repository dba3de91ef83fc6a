package org.todoku.backup.volume;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The files themselves. Keeps the last {@value #HANDLES} files open that were written to, since
 * opening one costs more than writing a page. One thread only.
 */
final class RealDisk implements Disk {
    private static final int HANDLES = 64;

    private final Map<Path, FileChannel> open = new LinkedHashMap<>(16, 0.75f, true);

    @Override
    public void makeFolder(Path folder) throws IOException {
        Files.createDirectories(folder);
    }

    @Override
    public void create(Path file) throws IOException {
        letGo(file);
        FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)
                .close();
    }

    @Override
    public void write(Path file, long at, ByteBuffer bytes) throws IOException {
        FileChannel channel = channel(file);
        long position = at;
        while (bytes.hasRemaining()) {
            position += channel.write(bytes, position);
        }
    }

    @Override
    public void setLength(Path file, long length) throws IOException {
        FileChannel channel = channel(file);
        if (channel.size() > length) {
            channel.truncate(length);
        } else if (channel.size() < length) {
            channel.write(ByteBuffer.allocate(1), length - 1);
        }
    }

    @Override
    public void delete(Path file) throws IOException {
        letGo(file);
        Files.deleteIfExists(file);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        letGo(from);
        letGo(to);
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void keepPrivate(Path file) throws IOException {
        String rights = Files.isDirectory(file) ? "rwx------" : "rw-------";
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(rights));
    }

    @Override
    public void force(Path file) throws IOException {
        channel(file).force(false);
    }

    @Override
    public void forceFolder(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public void close() {
        open.values().forEach(RealDisk::closeQuietly);
        open.clear();
    }

    private FileChannel channel(Path file) throws IOException {
        FileChannel channel = open.get(file);
        if (channel == null) {
            if (open.size() >= HANDLES) {
                letGo(open.keySet().iterator().next());
            }
            channel = FileChannel.open(file, StandardOpenOption.WRITE);
            open.put(file, channel);
        }
        return channel;
    }

    private void letGo(Path file) {
        closeQuietly(open.remove(file));
    }

    private static void closeQuietly(@Nullable FileChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            // What must be durable was forced before; the error of a write-back shows in the next
            // force, through whichever handle.
        }
    }
}
