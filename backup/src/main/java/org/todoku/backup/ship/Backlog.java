package org.todoku.backup.ship;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.volume.LocalLog;
import org.todoku.backup.volume.LogChunk;
import org.todoku.backup.volume.LogPosition;

/**
 * What is to be shipped next, in pieces of the size of a segment: from the stream, and where that
 * let go of bytes, from the local log. Of the shipper's thread alone.
 */
final class Backlog {
    /** A size that any provider takes. */
    private static final int SEGMENT_LIMIT = 8 * 1024 * 1024;

    /** Of about a mebibyte each: after days without the archive not all are read at once. */
    private static final int FILES_AT_A_TIME = 32;

    private final LogStream stream;
    private final LocalLog localLog;
    private final Deque<List<LogChunk>> ready = new ArrayDeque<>();
    private @Nullable Gap gap;

    Backlog(LogStream stream, LocalLog localLog) {
        this.stream = stream;
        this.localLog = localLog;
    }

    /** How many pieces are ready. */
    int size() {
        return ready.size();
    }

    /** The oldest piece; there must be one. */
    List<LogChunk> first() {
        return ready.getFirst();
    }

    void removeFirst() {
        ready.removeFirst();
    }

    /** Adds what was there before the stream listened. */
    void add(List<LogChunk> chunks) {
        ready.addAll(pieces(chunks));
    }

    /** Whether there is more to be taken at once, beside what is ready. */
    boolean hasMore() {
        return gap != null;
    }

    /**
     * Takes what was forced since the last time; a part of it when much of that must be read from
     * the local log.
     *
     * @param end behind the last byte that was sent; 0:0 when there was none
     */
    void take(LogPosition end) {
        Gap open = gap;
        if (open == null) {
            LogStream.Taken taken = stream.take();
            LogPosition from =
                    taken.chunks().isEmpty() ? taken.upTo() : taken.chunks().getFirst().start();
            if (end.file() == 0 || !follows(end, from)) {
                add(taken.chunks());
                return;
            }
            // Bytes that the stream let go, or that were there before it listened.
            LogPosition start = taken.rewoundTo().filter(r -> r.isBefore(end)).orElse(end);
            open = new Gap(start, from, taken.chunks());
            gap = open;
        }
        boolean last = open.to.file() - open.from.file() < FILES_AT_A_TIME;
        LogPosition to = last ? open.to : new LogPosition(open.from.file() + FILES_AT_A_TIME, 0);
        List<LogChunk> chunks = new ArrayList<>(readLocal(open.from, to));
        if (last) {
            chunks.addAll(open.behind);
        }
        gap = last ? null : new Gap(to, open.to, open.behind);
        add(chunks);
    }

    /** Log that must be read from the local files, and what the stream had behind it. */
    private record Gap(LogPosition from, LogPosition to, List<LogChunk> behind) {}

    private static boolean follows(LogPosition end, LogPosition next) {
        boolean nextFile = next.file() == end.file() + 1 && next.offset() == 0;
        return next.isAfter(end) && !nextFile;
    }

    private List<LogChunk> readLocal(LogPosition from, LogPosition to) {
        try {
            return localLog.read(from, to);
        } catch (IOException e) {
            throw new BackupException(
                    BackupFault.DISK_FAILED,
                    "reading the local log from " + from + " to " + to,
                    e.toString(),
                    "look at the disk; until it answers the archive stays behind",
                    e);
        }
    }

    private static List<List<LogChunk>> pieces(List<LogChunk> chunks) {
        List<List<LogChunk>> pieces = new ArrayList<>();
        List<LogChunk> piece = new ArrayList<>();
        long size = 0;
        for (LogChunk chunk : chunks) {
            for (int from = 0; from < chunk.bytes().length; from += SEGMENT_LIMIT) {
                int to = Math.min(from + SEGMENT_LIMIT, chunk.bytes().length);
                boolean whole = to - from == chunk.bytes().length;
                byte[] part = whole ? chunk.bytes() : Arrays.copyOfRange(chunk.bytes(), from, to);
                if (size + part.length > SEGMENT_LIMIT && !piece.isEmpty()) {
                    pieces.add(List.copyOf(piece));
                    piece.clear();
                    size = 0;
                }
                piece.add(new LogChunk(chunk.start().plus(from), part));
                size += part.length;
            }
        }
        if (!piece.isEmpty()) {
            pieces.add(List.copyOf(piece));
        }
        return pieces;
    }
}
