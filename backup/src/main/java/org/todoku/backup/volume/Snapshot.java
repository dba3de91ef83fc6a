package org.todoku.backup.volume;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The database directory as the drain had left it at one moment, readable while the drain goes on:
 * a state as after a crash (promise I1), so Derby's recovery boots on it. Before the drain changes
 * a block that was not read yet, the old block is put aside here.
 *
 * <p>Costs the drain one read for the first change of each block that was not read yet, and never a
 * wait for the reader, who holds the lock only to mark what it has read. What is put aside lies in
 * memory up to {@value #MEMORY} bytes, behind that in a scratch file. When putting aside fails, or
 * a large file is cut meanwhile, the snapshot is lost, never the drain. Each block can be read
 * once; one thread reads. Does not: keep locks and files for sorting ({@code tmp}).
 */
public final class Snapshot implements AutoCloseable {
    /** What is put aside, and the unit of reading, in bytes. */
    public static final int BLOCK = 4096;

    private static final long MEMORY = 32L * 1024 * 1024;
    // Putting more than this aside at once would hold up commits for too long.
    private static final long CUT_LIMIT = 64L * 1024 * 1024;

    private final Path root;
    private final Path scratch;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Path, SnapshotFile> byPlace = new HashMap<>();
    private List<SnapshotFile> files = List.of();
    private long inMemory;
    private @Nullable FileChannel aside;
    private long asideEnd;
    private @Nullable String lost;
    private boolean closed;

    Snapshot(Path root, Path scratch) {
        this.root = root;
        this.scratch = scratch;
    }

    /** The moment: called in the drain's turn, with the lengths that the disk has now. */
    void begin(Map<Path, Node> nodes, Map<Path, Long> lengths) {
        lock.lock();
        try {
            for (Map.Entry<Path, Node> entry : nodes.entrySet()) {
                // A log file without a whole header has no name on the disk yet.
                if (entry.getValue().place() != null && isContent(entry.getKey())) {
                    long length = lengths.getOrDefault(entry.getKey(), 0L);
                    String name = root.relativize(entry.getKey()).toString();
                    byPlace.put(entry.getKey(), new SnapshotFile(name, length, entry.getKey()));
                }
            }
            files =
                    byPlace.values().stream()
                            .sorted(Comparator.comparing(SnapshotFile::path))
                            .toList();
        } finally {
            lock.unlock();
        }
    }

    private boolean isContent(Path path) {
        String name = String.valueOf(path.getFileName());
        return !path.startsWith(root.resolve("tmp"))
                && !name.equals("db.lck")
                && !name.equals("dbex.lck");
    }

    /** The files there were, by path. */
    public List<SnapshotFile> files() {
        return files;
    }

    /**
     * Reads some blocks of a file as they were.
     *
     * @param from a multiple of {@link #BLOCK}
     * @param length at most; fewer at the end of the file
     * @throws IOException also when the snapshot is lost
     */
    public byte[] read(SnapshotFile file, long from, int length) throws IOException {
        byte[] bytes = new byte[(int) Math.max(0, Math.min(length, file.length() - from))];
        int found = fill(channel(file), from, ByteBuffer.wrap(bytes));
        int first = (int) (from / BLOCK);
        int end = (int) ((from + bytes.length + BLOCK - 1) / BLOCK);
        Map<Integer, Saved> over = new HashMap<>();
        lock.lock();
        try {
            check();
            for (int block = first; block < end; block++) {
                Saved saved = file.saved.remove(block);
                if (saved != null) {
                    over.put(block, saved);
                    inMemory -= saved.bytes == null ? 0 : BLOCK;
                } else if (found < Math.min(bytes.length, (block + 1L) * BLOCK - from)) {
                    throw new IOException(file.path() + " is shorter than it was written");
                }
                file.read.set(block);
            }
        } finally {
            lock.unlock();
        }
        for (Map.Entry<Integer, Saved> saved : over.entrySet()) {
            lay(saved.getValue(), bytes, (int) ((long) saved.getKey() * BLOCK - from));
        }
        return bytes;
    }

    private void lay(Saved saved, byte[] bytes, int at) throws IOException {
        int length = Math.min(BLOCK, bytes.length - at);
        byte[] old = saved.bytes;
        if (old != null) {
            System.arraycopy(old, 0, bytes, at, length);
        } else if (aside == null
                || fill(aside, saved.at, ByteBuffer.wrap(bytes, at, length)) < length) {
            throw new IOException("the scratch file " + scratch + " was cut");
        }
    }

    /** Opened before the lock is taken: the drain may take the name away at any time. */
    private FileChannel channel(SnapshotFile file) throws IOException {
        IOException missing = new IOException(file.path() + " is gone");
        FileChannel opened = null;
        Path place = file.place;
        try {
            opened = file.kept == null ? FileChannel.open(place, StandardOpenOption.READ) : null;
        } catch (IOException e) {
            missing.addSuppressed(e);
        }
        lock.lock();
        try {
            check();
            if (file.kept == null) {
                if (opened == null) {
                    throw missing;
                }
                file.kept = opened;
            } else if (opened != null) {
                opened.close();
            }
            return file.kept;
        } finally {
            lock.unlock();
        }
    }

    /** The drain is about to change these bytes. */
    void before(Path place, long from, long to) {
        lock.lock();
        try {
            SnapshotFile file = byPlace.get(place);
            if (file == null || isOver()) {
                return;
            }
            long end = Math.min(to, file.length());
            if (end - from > CUT_LIMIT) {
                lose(file.path() + " was cut meanwhile", null);
                return;
            }
            for (long at = from / BLOCK * BLOCK; at < end; at += BLOCK) {
                int block = (int) (at / BLOCK);
                if (!file.read.get(block) && !file.saved.containsKey(block)) {
                    file.saved.put(block, save(file, at));
                }
            }
        } catch (IOException e) {
            lose("what is overwritten cannot be put aside", e);
        } finally {
            lock.unlock();
        }
    }

    /** The drain is about to take a file's name away: an open channel keeps its bytes. */
    void beforeUnlink(Path place) {
        lock.lock();
        try {
            SnapshotFile file = byPlace.get(place);
            if (file != null && !isOver()) {
                keep(file);
            }
        } catch (IOException e) {
            lose("a file that is deleted cannot be kept", e);
        } finally {
            lock.unlock();
        }
    }

    void unlinked(Path place) {
        lock.lock();
        try {
            byPlace.remove(place);
        } finally {
            lock.unlock();
        }
    }

    void renamed(Path from, Path to) {
        lock.lock();
        try {
            byPlace.remove(to);
            SnapshotFile moved = byPlace.remove(from);
            if (moved != null) {
                moved.place = to;
                byPlace.put(to, moved);
            }
        } finally {
            lock.unlock();
        }
    }

    void volumeGone() {
        lock.lock();
        try {
            if (!isOver()) {
                lose("the volume was detached", null);
            }
        } finally {
            lock.unlock();
        }
    }

    private Saved save(SnapshotFile file, long at) throws IOException {
        byte[] old = new byte[BLOCK];
        fill(keep(file), at, ByteBuffer.wrap(old));
        if (inMemory < MEMORY) {
            inMemory += BLOCK;
            return new Saved(old, 0);
        }
        FileChannel channel = aside;
        if (channel == null) {
            Files.createDirectories(scratch.resolveSibling("."));
            channel =
                    FileChannel.open(
                            scratch,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.TRUNCATE_EXISTING,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.DELETE_ON_CLOSE);
            aside = channel;
        }
        ByteBuffer bytes = ByteBuffer.wrap(old);
        long start = asideEnd;
        while (bytes.hasRemaining()) {
            asideEnd += channel.write(bytes, asideEnd);
        }
        return new Saved(null, start);
    }

    /** How much of what was put aside does not lie in memory. */
    long bytesInScratch() {
        lock.lock();
        try {
            return asideEnd;
        } finally {
            lock.unlock();
        }
    }

    private static FileChannel keep(SnapshotFile file) throws IOException {
        if (file.kept == null) {
            file.kept = FileChannel.open(file.place, StandardOpenOption.READ);
        }
        return file.kept;
    }

    private static int fill(FileChannel channel, long from, ByteBuffer into) throws IOException {
        int total = 0;
        while (into.hasRemaining()) {
            int read = channel.read(into, from + total);
            if (read < 0) {
                break;
            }
            total += read;
        }
        return total;
    }

    private void check() throws IOException {
        if (closed || lost != null) {
            throw new IOException("the snapshot is over: " + (closed ? "closed" : lost));
        }
    }

    private boolean isOver() {
        return closed || lost != null;
    }

    private void lose(String why, @Nullable IOException e) {
        lost = e == null ? why : why + ": " + e;
        letGo();
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            letGo();
        } finally {
            lock.unlock();
        }
    }

    private void letGo() {
        byPlace.clear();
        for (SnapshotFile file : files) {
            file.saved.clear();
            closeQuietly(file.kept);
            file.kept = null;
        }
        closeQuietly(aside);
        aside = null;
        inMemory = 0;
    }

    private static void closeQuietly(@Nullable FileChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            // It was only read, or is deleted with this.
        }
    }

    /** Bytes put aside: in memory, or at a place of the scratch file. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Saved(byte @Nullable [] bytes, long at) {}

    /** A file as it was: its path below the database directory, and its length. */
    public static final class SnapshotFile {
        private final String path;
        private final long length;
        private final BitSet read = new BitSet();
        private final Map<Integer, Saved> saved = new HashMap<>();
        private volatile Path place;
        private volatile @Nullable FileChannel kept;

        private SnapshotFile(String path, long length, Path place) {
            this.path = path;
            this.length = length;
            this.place = place;
        }

        public String path() {
            return path;
        }

        public long length() {
            return length;
        }
    }
}
