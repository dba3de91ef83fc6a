package org.todoku.backup.volume;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * What goes over the line between a writer and the standby that it feeds, one message each, with a
 * checksum. From the writer: a piece of forced log, or a beat that says only how far the forced log
 * goes. From the standby: up to where it has the log on its disk.
 *
 * @param kind what it is
 * @param epoch of the writer
 * @param at where the log begins; for a beat and an answer, how far it goes
 * @param forcedMillis when the newest of it was forced, by the writer's clock in milliseconds
 * @param bytes the log; nothing else has any
 */
@SuppressWarnings("ArrayRecordComponent")
public record LogFrame(Kind kind, long epoch, LogPosition at, long forcedMillis, byte[] bytes) {
    /** The longest piece in one message. */
    public static final int LIMIT = 256 * 1024;

    private static final int HEAD = 1 + 3 * Long.BYTES;
    private static final byte[] NOTHING = new byte[0];

    /** What a message is. */
    public enum Kind {
        LOG(1),
        BEAT(2),
        HELD(3);

        private final int number;

        Kind(int number) {
            this.number = number;
        }

        private static Optional<Kind> of(int number) {
            return Arrays.stream(values()).filter(kind -> kind.number == number).findFirst();
        }
    }

    /** A piece of log. */
    public static LogFrame log(long epoch, LogChunk chunk, long forcedMillis) {
        return new LogFrame(Kind.LOG, epoch, chunk.start(), forcedMillis, chunk.bytes());
    }

    /** The forced log goes so far. */
    public static LogFrame beat(long epoch, LogPosition forced, long nowMillis) {
        return new LogFrame(Kind.BEAT, epoch, forced, nowMillis, NOTHING);
    }

    /** The standby has it up to there. */
    public static LogFrame held(long epoch, LogPosition upTo) {
        return new LogFrame(Kind.HELD, epoch, upTo, 0, NOTHING);
    }

    /** The log in it. */
    public LogChunk chunk() {
        return new LogChunk(at, bytes);
    }

    public byte[] encode() {
        ByteBuffer out = ByteBuffer.allocate(HEAD + bytes.length + Integer.BYTES);
        out.put((byte) kind.number).putLong(epoch).putLong(at.instant()).putLong(forcedMillis);
        out.put(bytes).putInt(checksum(out.array(), out.position()));
        return out.array();
    }

    /** Empty when it is none, or was damaged on its way. */
    public static Optional<LogFrame> decode(byte[] message) {
        int content = message.length - Integer.BYTES;
        if (content < HEAD || content - HEAD > LIMIT) {
            return Optional.empty();
        }
        ByteBuffer in = ByteBuffer.wrap(message);
        Optional<Kind> kind = Kind.of(in.get());
        if (kind.isEmpty() || in.getInt(content) != checksum(message, content)) {
            return Optional.empty();
        }
        long epoch = in.getLong();
        LogPosition at = LogPosition.parse(Long.toString(in.getLong()));
        long millis = in.getLong();
        byte[] bytes = new byte[content - HEAD];
        in.get(bytes);
        return Optional.of(new LogFrame(kind.get(), epoch, at, millis, bytes));
    }

    private static int checksum(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
