package org.todoku.backup.volume;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.zip.CRC32;

/**
 * Which log files Derby's recovery needs, read from outside. {@code log.ctrl} (48 bytes) names the
 * instant of the last checkpoint and ends with the CRC32 of the 40 bytes before it. The
 * checkpoint's record names two instants: recovery redoes from the first and may undo back to the
 * second.
 */
public final class Checkpoint {
    private static final int CONTROL = 48;
    private static final int CHECKED = 40;
    private static final int LOG_RECORD = 129;
    private static final int CHECKPOINT = 263;

    private Checkpoint() {}

    /** Where the last checkpoint's record lies; empty when this is no whole control file. */
    public static Optional<LogPosition> position(byte[] control) {
        if (control.length < CONTROL) {
            return Optional.empty();
        }
        ByteBuffer bytes = ByteBuffer.wrap(control);
        CRC32 crc = new CRC32();
        crc.update(control, 0, CHECKED);
        long instant = bytes.getLong(8);
        return crc.getValue() == bytes.getLong(CHECKED) && instant > 0
                ? Optional.of(position(instant))
                : Optional.empty();
    }

    /**
     * The lowest log file that a recovery from this checkpoint reads.
     *
     * @param log the log file in which its record lies; empty when it does not lie there
     */
    public static OptionalLong firstFile(byte[] log, LogPosition at) {
        try {
            ByteBuffer record = ByteBuffer.wrap(log);
            record.position(Math.toIntExact(at.offset()));
            int length = record.getInt();
            if (record.getLong() != at.instant() || record.getShort() != LOG_RECORD) {
                return OptionalLong.empty();
            }
            record.limit(Math.min(record.limit(), record.position() + length));
            compressedInt(record);
            if (record.getShort() != 0) {
                compressedLong(record);
            }
            if (record.getShort() != CHECKPOINT) {
                return OptionalLong.empty();
            }
            long redo = position(compressedLong(record)).file();
            long undo = position(compressedLong(record)).file();
            return OptionalLong.of(Math.min(redo, undo));
        } catch (BufferUnderflowException | IllegalArgumentException | ArithmeticException e) {
            return OptionalLong.empty();
        }
    }

    private static LogPosition position(long instant) {
        return new LogPosition(instant >>> 32, instant & 0xffff_ffffL);
    }

    /** One, two or four bytes: the two highest bits say how many. */
    private static void compressedInt(ByteBuffer in) {
        int first = in.get() & 0xff;
        int more = first < 0x40 ? 0 : first < 0x80 ? 1 : 3;
        in.position(in.position() + more);
    }

    /** Two, four or eight bytes: the two highest bits say how many. */
    private static long compressedLong(ByteBuffer in) {
        int first = in.get(in.position()) & 0xff;
        if (first < 0x40) {
            return in.getShort();
        }
        return first < 0x80 ? in.getInt() & 0x3fff_ffffL : in.getLong() & Long.MAX_VALUE;
    }
}
