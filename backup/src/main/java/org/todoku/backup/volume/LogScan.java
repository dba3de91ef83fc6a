package org.todoku.backup.volume;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.zip.CRC32;

/**
 * Walks a Derby log file from outside and finds where its valid content ends. Stricter than Derby:
 * each record must name its own instant, each flush group must carry its checksum.
 *
 * <p>A record is {@code int length, long instant, payload, int length}; the first record of a group
 * has a payload of 21 bytes: an 8 byte header (format 129, operation 453), the algorithm 1 (CRC32),
 * the length of the data behind it, the CRC.
 */
public final class LogScan {
    /** Bytes before the first record: format, version, file number, end of the file before. */
    public static final int HEADER = 24;

    /** Four zero bytes that close a file once Derby has gone on to the next. */
    public static final int END_MARKER = 4;

    private static final int FORMAT = 128;
    private static final int OVERHEAD = 16;
    private static final int CHECKSUM_PAYLOAD = 21;
    private static final int CHECKSUM_OPERATION = 453;

    private LogScan() {}

    /** The offset behind the last whole group; empty when the header is not that of this file. */
    public static OptionalLong validEnd(Path path, long number) throws IOException {
        return validEnd(Files.readAllBytes(path), number);
    }

    /** As {@link #validEnd(Path, long)}, on the bytes of a file. */
    public static OptionalLong validEnd(byte[] content, long number) {
        ByteBuffer bytes = ByteBuffer.wrap(content);
        if (content.length < HEADER || bytes.getInt(0) != FORMAT || bytes.getLong(8) != number) {
            return OptionalLong.empty();
        }
        int end = HEADER;
        while (true) {
            int next = groupEnd(bytes, end, number, 0);
            if (next < 0) {
                return OptionalLong.of(end);
            }
            end = next;
        }
    }

    /**
     * Where, by the header of this file, the file before it ends; the instant 0 in the very first.
     * The content must have a {@link #validEnd}.
     */
    public static long previousEnd(byte[] content) {
        return ByteBuffer.wrap(content).getLong(16);
    }

    /**
     * The index behind the group that begins at an index; negative when there is no whole one.
     *
     * @param base where in the file the first of the bytes lies
     */
    static int groupEnd(ByteBuffer bytes, int start, long number, long base) {
        int data = recordEnd(bytes, start, number, base);
        if (data < 0 || data - start != OVERHEAD + CHECKSUM_PAYLOAD) {
            return -1;
        }
        int payload = start + 12;
        int length = bytes.getInt(payload + 9);
        if (bytes.getInt(payload + 4) != CHECKSUM_OPERATION
                || length <= 0
                || length > bytes.limit() - data) {
            return -1;
        }
        CRC32 crc = new CRC32();
        crc.update(bytes.slice(data, length));
        if (crc.getValue() != bytes.getLong(payload + 13)) {
            return -1;
        }
        int at = data;
        while (at < data + length) {
            at = recordEnd(bytes, at, number, base);
            if (at < 0) {
                return -1;
            }
        }
        return at == data + length ? at : -1;
    }

    private static int recordEnd(ByteBuffer bytes, int start, long number, long base) {
        if (bytes.limit() - start < OVERHEAD) {
            return -1;
        }
        int length = bytes.getInt(start);
        if (length <= 0
                || length > bytes.limit() - start - OVERHEAD
                || bytes.getLong(start + 4) != new LogPosition(number, base + start).instant()
                || bytes.getInt(start + 12 + length) != length) {
            return -1;
        }
        return start + OVERHEAD + length;
    }
}
