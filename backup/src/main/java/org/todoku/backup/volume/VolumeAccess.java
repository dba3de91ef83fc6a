package org.todoku.backup.volume;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import org.apache.derby.io.StorageRandomAccessFile;
import org.jspecify.annotations.Nullable;

/**
 * Random access to a file of the volume. What is written to a log file goes to the tap as well. One
 * thread at a time, as with any file.
 */
final class VolumeAccess extends Access {
    private static final long OPEN_NANOS = Duration.ofSeconds(10).toNanos();

    private final Volume volume;
    private final Node node;
    private final long logNumber;
    private @Nullable RandomAccessFile below;
    private long position;

    /**
     * @param logNumber the number of the log file that this one is; -1 for any other
     */
    VolumeAccess(Volume volume, Node node, long logNumber) {
        this.volume = volume;
        this.node = node;
        this.logNumber = logNumber;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return;
        }
        long at = position;
        byte[] copy = Arrays.copyOfRange(bytes, offset, offset + length);
        volume.write(node, at, copy);
        if (logNumber >= 0) {
            volume.tap().written(new LogPosition(logNumber, at), copy);
        }
        position = at + length;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        int read = node.read(position, into, offset, length, this::readBelow);
        position += Math.max(0, read);
        return read;
    }

    @Override
    public void sync() throws IOException {
        volume.sync(node);
    }

    @Override
    public StorageRandomAccessFile clone() {
        return new VolumeAccess(volume, node, logNumber);
    }

    @Override
    public long getFilePointer() {
        return position;
    }

    @Override
    public long length() {
        return node.length();
    }

    @Override
    public void seek(long to) throws IOException {
        if (to < 0) {
            throw new IOException("negative position");
        }
        position = to;
    }

    @Override
    public void setLength(long length) throws IOException {
        volume.setLength(node, length);
        position = Math.min(position, length);
    }

    @Override
    public void close() throws IOException {
        RandomAccessFile open = below;
        below = null;
        if (open != null) {
            open.close();
        }
    }

    private int readBelow(long at, byte[] into, int offset, int count) throws IOException {
        RandomAccessFile open = below;
        if (open == null) {
            open = openBelow();
            below = open;
        }
        int read = 0;
        open.seek(at);
        while (read < count) {
            int more = open.read(into, offset + read, count - read);
            if (more < 0) {
                break;
            }
            read += more;
        }
        return read;
    }

    /** While the drain gives the file another name it is at neither for a moment. */
    private RandomAccessFile openBelow() throws IOException {
        long deadline = System.nanoTime() + OPEN_NANOS;
        while (true) {
            Path place = node.place();
            try {
                if (place == null) {
                    throw new FileNotFoundException("it was deleted");
                }
                RandomAccessFile opened = new RandomAccessFile(place.toFile(), "r");
                if (place.equals(node.place())) {
                    return opened;
                }
                opened.close();
            } catch (FileNotFoundException e) {
                if (place == null || System.nanoTime() > deadline) {
                    throw e;
                }
                LockSupport.parkNanos(1_000_000);
            }
        }
    }
}
