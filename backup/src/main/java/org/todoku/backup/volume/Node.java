package org.todoku.backup.volume;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.todoku.backup.volume.Operation.Write;

/**
 * A file as Derby sees it: what the disk has, and over it the writes that are still in the queue.
 * Thread-safe; what two threads write to one place at one time is up to them, as with any file.
 */
final class Node {
    private static final int BLOCK = 32 * 1024;

    private final boolean log;
    // Each queued write, in every block that it touches, oldest first.
    private final Map<Long, ArrayDeque<Write>> queued = new HashMap<>();
    private long length;
    private volatile @Nullable Path place;

    private Node(boolean log, long length, @Nullable Path place) {
        this.log = log;
        this.length = length;
        this.place = place;
    }

    /** A file that the disk has already. */
    static Node onDisk(Path place, long length, boolean log) {
        return new Node(log, length, place);
    }

    /** A file whose creation is queued. */
    static Node unborn(boolean log) {
        return new Node(log, 0, null);
    }

    boolean isLog() {
        return log;
    }

    /** Where the disk has it now; null while it has none. */
    @Nullable Path place() {
        return place;
    }

    void place(@Nullable Path now) {
        place = now;
    }

    synchronized long length() {
        return length;
    }

    synchronized void length(long now) {
        length = now;
    }

    synchronized void queued(Write write) {
        for (long block = write.at() / BLOCK; block <= (write.end() - 1) / BLOCK; block++) {
            queued.computeIfAbsent(block, none -> new ArrayDeque<>(2)).addLast(write);
        }
        length = Math.max(length, write.end());
    }

    /** The disk has it now: it is the oldest of its blocks, since the queue keeps the order. */
    @SuppressWarnings("ReferenceEquality") // this very write, not one like it
    synchronized void drained(Write write) {
        for (long block = write.at() / BLOCK; block <= (write.end() - 1) / BLOCK; block++) {
            ArrayDeque<Write> writes = queued.get(block);
            if (writes == null || writes.pollFirst() != write) {
                throw new IllegalStateException("drained out of order");
            }
            if (writes.isEmpty()) {
                queued.remove(block);
            }
        }
    }

    /** Reads as {@link java.io.RandomAccessFile#read(byte[], int, int)} does. */
    int read(long at, byte[] into, int offset, int wanted, Below below) throws IOException {
        int read = 0;
        while (read < wanted) {
            long from = at + read;
            // Block by block: within one the order of the writes is known.
            int piece = (int) Math.min(wanted - read, BLOCK - from % BLOCK);
            int count = readPiece(from, into, offset + read, piece, below);
            read += count;
            if (count < piece) {
                break;
            }
        }
        return read == 0 && wanted > 0 ? -1 : read;
    }

    private int readPiece(long at, byte[] into, int offset, int wanted, Below below)
            throws IOException {
        int count;
        List<Write> over;
        Path under;
        synchronized (this) {
            count = (int) Math.max(0, Math.min(wanted, length - at));
            over = over(at, at + count);
            under = place;
        }
        if (over.isEmpty() || !covers(over.getLast(), at, at + count)) {
            int found = under == null ? 0 : Math.max(0, below.read(at, into, offset, count));
            // What was made longer and not written yet reads as zeros.
            Arrays.fill(into, offset + found, offset + count, (byte) 0);
        }
        for (int i = over.size() - 1; i >= 0; i--) {
            lay(over.get(i), at, into, offset, count);
        }
        return count;
    }

    /** The writes over a range, the newest first; ends with one that covers it all, if any does. */
    private List<Write> over(long from, long to) {
        ArrayDeque<Write> writes = queued.get(from / BLOCK);
        if (writes == null) {
            return List.of();
        }
        List<Write> found = new ArrayList<>(2);
        for (Iterator<Write> it = writes.descendingIterator(); it.hasNext(); ) {
            Write write = it.next();
            if (write.at() < to && write.end() > from) {
                found.add(write);
                if (covers(write, from, to)) {
                    break;
                }
            }
        }
        return found;
    }

    private static boolean covers(Write write, long from, long to) {
        return write.at() <= from && write.end() >= to;
    }

    private static void lay(Write write, long at, byte[] into, int offset, int count) {
        long from = Math.max(at, write.at());
        long to = Math.min(at + count, write.end());
        if (from < to) {
            System.arraycopy(
                    write.bytes(),
                    (int) (from - write.at()),
                    into,
                    offset + (int) (from - at),
                    (int) (to - from));
        }
    }

    /** Reads what the disk has at a place of this file: fewer bytes where it ends, or -1. */
    interface Below {
        int read(long at, byte[] into, int offset, int count) throws IOException;
    }
}
