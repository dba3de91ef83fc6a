package org.todoku.backup.restore;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.todoku.backup.volume.LogChunk;
import org.todoku.backup.volume.LogPosition;
import org.todoku.backup.volume.LogScan;

/**
 * Proves in memory that pieces of the log go on without a gap: each piece begins where there is
 * something already, each file is valid from its header to its end, and the next file's header
 * names that end. What lies before the first file that begins in the pieces is taken on trust.
 *
 * <p>Keeps the last few files, a few MiB. Not thread-safe.
 */
final class LogProof {
    private static final int KEPT = 3;

    private final TreeMap<Long, Content> files = new TreeMap<>();
    private @Nullable LogPosition end;

    /** Goes on with the next piece; what is wrong with it, if anything. */
    Optional<String> add(LogChunk chunk) {
        Optional<String> gap = gapBefore(chunk.start());
        if (gap.isPresent()) {
            return gap;
        }
        long number = chunk.start().file();
        int offset = (int) chunk.start().offset();
        end = chunk.end();
        files.tailMap(number, false).clear();
        Content content = offset == 0 ? new Content() : files.get(number);
        if (content == null) {
            // The file's beginning lies in a base, not in these pieces.
            return Optional.empty();
        }
        content.write(offset, chunk.bytes());
        files.put(number, content);
        while (files.size() > KEPT) {
            files.pollFirstEntry();
        }
        Content before = files.get(number - 1);
        boolean opens = offset < LogScan.HEADER && content.length >= LogScan.HEADER;
        return opens && before != null
                ? wrong(number - 1, before.bytes(), content.bytes())
                : Optional.empty();
    }

    private Optional<String> gapBefore(LogPosition start) {
        LogPosition reached = end;
        boolean goesOn =
                reached == null
                        || start.file() < reached.file()
                        || (start.file() == reached.file() && !start.isAfter(reached))
                        || (start.file() == reached.file() + 1 && start.offset() == 0);
        return goesOn
                ? Optional.empty()
                : Optional.of("a gap between " + reached + " and " + start);
    }

    /** Whether the newest file is valid up to where the pieces end. */
    Optional<String> finish() {
        Map.Entry<Long, Content> last = files.lastEntry();
        if (last == null) {
            return Optional.empty();
        }
        byte[] content = last.getValue().bytes();
        OptionalLong valid = LogScan.validEnd(content, last.getKey());
        return valid.isPresent() && onlyZerosAfter(content, valid.getAsLong())
                ? Optional.empty()
                : Optional.of("log file " + last.getKey() + " is not valid up to its end");
    }

    /**
     * What is wrong with a log file that another one follows.
     *
     * @param number of the file
     * @param next the file after it, or at least its header
     */
    static Optional<String> wrong(long number, byte[] content, byte[] next) {
        OptionalLong valid = LogScan.validEnd(content, number);
        if (valid.isEmpty() || !onlyZerosAfter(content, valid.getAsLong())) {
            return Optional.of("log file " + number + " is not valid up to its end");
        }
        // Its length proves nothing: zeros of room that was not needed may lie behind the end.
        long end = new LogPosition(number, valid.getAsLong()).instant();
        return LogScan.previousEnd(next) == end
                ? Optional.empty()
                : Optional.of("log file " + number + " does not end where the next begins");
    }

    static boolean onlyZerosAfter(byte[] content, long from) {
        for (int i = (int) from; i < content.length; i++) {
            if (content[i] != 0) {
                return false;
            }
        }
        return true;
    }

    /** The bytes of a file, growing. */
    private static final class Content {
        private byte[] room = new byte[64 * 1024];
        private int length;

        void write(int at, byte[] bytes) {
            length = at + bytes.length;
            if (length > room.length) {
                room = Arrays.copyOf(room, Math.max(length, 2 * room.length));
            }
            System.arraycopy(bytes, 0, room, at, bytes.length);
        }

        byte[] bytes() {
            return Arrays.copyOf(room, length);
        }
    }
}
