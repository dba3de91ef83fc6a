package org.todoku.backup.archive;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Which blocks a base holds itself, in the order in which they lie in its packs, each with its
 * mark. In the archive a row of {@code int file, int first, int count} and the marks.
 *
 * <p>A mark is the first half of the block's SHA-256, by which an increment knows what has changed
 * whoever wrote the block, and its CRC-32C, which a restore can compare as fast as it writes.
 */
public record BaseIndex(List<Run> runs) {
    /** Bytes of a block's mark. */
    public static final int MARK = 20;

    private static final int HASH = 16;

    public BaseIndex {
        runs = List.copyOf(runs);
    }

    /**
     * Blocks of one file that follow each other.
     *
     * @param file its place in the manifest's files
     * @param marks {@value #MARK} bytes for each block; not copied
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Run(int file, int first, byte[] marks) {
        public int count() {
            return marks.length / MARK;
        }
    }

    /** The mark of the block that lies there, {@value #MARK} bytes. */
    public static byte[] mark(byte[] bytes, int at, int length) {
        MessageDigest digest = Sha256.digest();
        digest.update(bytes, at, length);
        byte[] mark = Arrays.copyOf(digest.digest(), MARK);
        ByteBuffer.wrap(mark).putInt(HASH, sum(bytes, at, length));
        return mark;
    }

    /** CRC-32C (RFC 3720, appendix B.4) of the block that lies there. */
    public static int sum(byte[] bytes, int at, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, at, length);
        return (int) crc.getValue();
    }

    /** The CRC-32C in the mark that begins there. */
    static int sum(byte[] marks, int at) {
        return ByteBuffer.wrap(marks).getInt(at + HASH);
    }

    byte[] encode() {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            for (Run run : runs) {
                out.writeInt(run.file());
                out.writeInt(run.first());
                out.writeInt(run.count());
                out.write(run.marks());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static BaseIndex decode(String key, byte[] content) {
        ByteBuffer in = ByteBuffer.wrap(content);
        List<Run> runs = new ArrayList<>();
        try {
            while (in.hasRemaining()) {
                int file = in.getInt();
                int first = in.getInt();
                byte[] marks = new byte[Math.multiplyExact(in.getInt(), MARK)];
                in.get(marks);
                runs.add(new Run(file, first, marks));
            }
            return new BaseIndex(runs);
        } catch (BufferUnderflowException | ArithmeticException | NegativeArraySizeException e) {
            throw Sealing.damaged(key, "it is no index of a base", e);
        }
    }
}
