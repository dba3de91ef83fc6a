package org.todoku.backup.ship;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.todoku.backup.volume.LogChunk;
import org.todoku.backup.volume.LogPosition;
import org.todoku.backup.volume.LogScan;

/**
 * The log bytes between Derby and the archive, put into one line: Derby opens file N+1 before it
 * writes the end marker of file N, so the header of a new file is held back until the first record
 * behind it. Only bytes that Derby forces are handed out, though the local disk may not have them
 * yet.
 *
 * <p>Holds at most {@link #LIMIT} bytes. Beyond that it lets the bytes go and says so: they lie on
 * the local disk, or in the volume's memory on the way there, and are read from the log.
 */
final class LogStream {
    static final int LIMIT = 64 * 1024 * 1024;

    private final Runnable onForce;
    private final List<Open> pending = new ArrayList<>();
    private final ByteArrayOutputStream header = new ByteArrayOutputStream();
    private LogPosition end = new LogPosition(0, 0);
    private Optional<LogPosition> rewoundTo = Optional.empty();
    private LogPosition forced = end;
    private long forcedNanos;
    private int held;
    private boolean overflowed;

    LogStream(Runnable onForce) {
        this.onForce = onForce;
    }

    /** What was forced before it listened: up to here, by what the local log has. */
    synchronized void beginAt(LogPosition position) {
        end = position;
        forced = position;
        forcedNanos = System.nanoTime();
    }

    /** Keeps the bytes as they are: nobody may change them any more. */
    synchronized void written(LogPosition at, byte[] bytes) {
        if (at.offset() + bytes.length <= LogScan.HEADER && at.offset() < LogScan.HEADER) {
            if (at.offset() == 0) {
                header.reset();
            }
            header.writeBytes(bytes);
            return;
        }
        if (bytes.length > LogScan.END_MARKER && isZero(bytes)) {
            // Recovery blanks a torn tail before it appends there: nothing to keep.
            return;
        }
        if (header.size() > 0 && at.offset() == LogScan.HEADER) {
            byte[] first = header.toByteArray();
            header.reset();
            append(new LogPosition(at.file(), 0), first);
        }
        append(at, bytes);
    }

    /** Derby forces everything written so far; returns how far that is. */
    LogPosition forced() {
        LogPosition upTo;
        synchronized (this) {
            if (forcedNanos == 0 && end.isAfter(forced)) {
                forcedNanos = System.nanoTime();
            }
            forced = end;
            upTo = forced;
        }
        onForce.run();
        return upTo;
    }

    /**
     * As {@link #forced}, where it may have come to listen after the newest was written: that lies
     * in the local log.
     */
    void forcedUpTo(LogPosition upTo) {
        synchronized (this) {
            if (upTo.isAfter(end) && pending.isEmpty()) {
                end = upTo;
            }
            forced = upTo.isAfter(end) ? end : upTo;
            forcedNanos = forcedNanos == 0 ? System.nanoTime() : forcedNanos;
        }
        onForce.run();
    }

    /** Everything forced so far, to be shipped in this order; it is the caller's from now on. */
    synchronized Taken take() {
        Taken taken = new Taken(List.of(), forced, overflowed, rewoundTo);
        if (!overflowed) {
            List<LogChunk> chunks = new ArrayList<>();
            List<Open> later = new ArrayList<>();
            for (Open open : pending) {
                open.split(forced, chunks, later);
            }
            taken = new Taken(chunks, forced, false, rewoundTo);
            pending.clear();
            pending.addAll(later);
        }
        held = pending.stream().mapToInt(open -> open.size).sum();
        // What was written behind the forced end meanwhile is in the log only.
        overflowed = overflowed && end.isAfter(forced);
        rewoundTo = Optional.empty();
        forcedNanos = 0;
        return taken;
    }

    synchronized LogPosition forcedEnd() {
        return forced;
    }

    /** Nanoseconds since the oldest force that was not taken; 0 when there is none. */
    synchronized long waitingNanos() {
        return forcedNanos == 0 ? 0 : Math.max(1, System.nanoTime() - forcedNanos);
    }

    private static boolean isZero(byte[] bytes) {
        for (byte each : bytes) {
            if (each != 0) {
                return false;
            }
        }
        return true;
    }

    private void append(LogPosition at, byte[] bytes) {
        if (at.isBefore(end)) {
            rewind(at);
        }
        if (overflowed || held + bytes.length > LIMIT) {
            overflowed = true;
            pending.clear();
            held = 0;
        } else {
            if (pending.isEmpty() || !pending.getLast().end().equals(at)) {
                pending.add(new Open(at));
            }
            pending.getLast().add(bytes);
            held += bytes.length;
        }
        end = at.plus(bytes.length);
    }

    /** Recovery writes a torn tail anew: what was pending behind that place is void. */
    private void rewind(LogPosition to) {
        List<LogChunk> kept = new ArrayList<>();
        for (Open open : pending) {
            open.split(to, kept, new ArrayList<>());
        }
        pending.clear();
        for (LogChunk chunk : kept) {
            Open open = new Open(chunk.start());
            open.add(chunk.bytes());
            pending.add(open);
        }
        if (to.isBefore(forced)) {
            forced = to;
        }
        if (rewoundTo.isEmpty() || to.isBefore(rewoundTo.get())) {
            rewoundTo = Optional.of(to);
        }
        end = to;
    }

    /**
     * What the shipper took.
     *
     * @param upTo the position that was forced
     * @param overflowed the bytes were let go: read them from the local log
     * @param rewoundTo the lowest place that was written anew since the last time
     */
    record Taken(
            List<LogChunk> chunks,
            LogPosition upTo,
            boolean overflowed,
            Optional<LogPosition> rewoundTo) {}

    /** Consecutive bytes, in the pieces in which they were written. */
    private static final class Open {
        private final LogPosition start;
        private final List<byte[]> pieces = new ArrayList<>();
        private int size;

        Open(LogPosition start) {
            this.start = start;
        }

        void add(byte[] piece) {
            pieces.add(piece);
            size += piece.length;
        }

        LogPosition end() {
            return start.plus(size);
        }

        /** What lies before the position goes to one list, what lies behind it to the other. */
        void split(LogPosition at, List<LogChunk> before, List<Open> behind) {
            if (!end().isAfter(at)) {
                before.add(new LogChunk(start, bytes()));
            } else if (!start.isBefore(at)) {
                behind.add(this);
            } else {
                byte[] all = bytes();
                int cut = (int) (at.offset() - start.offset());
                before.add(new LogChunk(start, Arrays.copyOf(all, cut)));
                Open rest = new Open(at);
                rest.add(Arrays.copyOfRange(all, cut, all.length));
                behind.add(rest);
            }
        }

        private byte[] bytes() {
            byte[] all = new byte[size];
            int at = 0;
            for (byte[] piece : pieces) {
                System.arraycopy(piece, 0, all, at, piece.length);
                at += piece.length;
            }
            return all;
        }
    }
}
