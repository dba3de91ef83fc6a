package org.todoku.backup.ship;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.CRC32;
import org.todoku.backup.volume.LogChunk;
import org.todoku.backup.volume.LogPosition;

/** A log with Derby's framing and nothing behind it, for archives that no engine boots on. */
final class SyntheticLog {
    private static final int SWITCH = 4000;

    private final Random random;
    private final TreeMap<Long, ByteArrayOutputStream> files = new TreeMap<>();

    SyntheticLog(Random random) {
        this.random = random;
        open(1, 0);
    }

    LogPosition end() {
        return new LogPosition(files.lastKey(), files.lastEntry().getValue().size());
    }

    long lastFile() {
        return files.lastKey();
    }

    byte[] content(long file) {
        return file(file).toByteArray();
    }

    /** Everything from a position on. */
    List<LogChunk> from(LogPosition position) {
        List<LogChunk> chunks = new ArrayList<>();
        for (long file = position.file(); file <= lastFile(); file++) {
            byte[] content = content(file);
            int from = file == position.file() ? (int) position.offset() : 0;
            byte[] bytes = java.util.Arrays.copyOfRange(content, from, content.length);
            if (bytes.length > 0) {
                chunks.add(new LogChunk(new LogPosition(file, from), bytes));
            }
        }
        return chunks;
    }

    /** One group of one record; now and then the next file before it. */
    void append() {
        LogPosition end = end();
        if (end.offset() > SWITCH) {
            file(end.file()).writeBytes(new byte[4]);
            open(end.file() + 1, end.instant());
            end = end();
        }
        byte[] payload = new byte[20 + random.nextInt(400)];
        random.nextBytes(payload);
        byte[] data = record(end.plus(37), payload);
        CRC32 crc = new CRC32();
        crc.update(data);
        byte[] checksum =
                ByteBuffer.allocate(21)
                        .putShort((short) 129)
                        .put((byte) 0x49)
                        .put((byte) 0)
                        .putInt(453)
                        .put((byte) 1)
                        .putInt(data.length)
                        .putLong(crc.getValue())
                        .array();
        ByteArrayOutputStream file = file(end.file());
        file.writeBytes(record(end, checksum));
        file.writeBytes(data);
    }

    private ByteArrayOutputStream file(long number) {
        return java.util.Objects.requireNonNull(files.get(number));
    }

    private static byte[] record(LogPosition at, byte[] payload) {
        return ByteBuffer.allocate(payload.length + 16)
                .putInt(payload.length)
                .putLong(at.instant())
                .put(payload)
                .putInt(payload.length)
                .array();
    }

    private void open(long number, long previousEnd) {
        byte[] header =
                ByteBuffer.allocate(24)
                        .putInt(128)
                        .putInt(9)
                        .putLong(number)
                        .putLong(previousEnd)
                        .array();
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(header);
        files.put(number, file);
    }
}
