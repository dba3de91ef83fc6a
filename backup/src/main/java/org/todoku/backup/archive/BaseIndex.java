package org.todoku.backup.archive;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Which blocks a base holds itself, in the order in which they lie in its packs, each with its
 * hash. In the archive a row of {@code int file, int first, int count} and the hashes.
 */
public record BaseIndex(List<Run> runs) {
    /** Bytes of a block's hash: the first half of its SHA-256. */
    public static final int HASH = 16;

    public BaseIndex {
        runs = List.copyOf(runs);
    }

    /**
     * Blocks of one file that follow each other.
     *
     * @param file its place in the manifest's files
     * @param hashes {@value #HASH} bytes for each block; not copied
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Run(int file, int first, byte[] hashes) {
        public int count() {
            return hashes.length / HASH;
        }
    }

    byte[] encode() {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            for (Run run : runs) {
                out.writeInt(run.file());
                out.writeInt(run.first());
                out.writeInt(run.count());
                out.write(run.hashes());
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
                byte[] hashes = new byte[Math.multiplyExact(in.getInt(), HASH)];
                in.get(hashes);
                runs.add(new Run(file, first, hashes));
            }
            return new BaseIndex(runs);
        } catch (BufferUnderflowException | ArithmeticException | NegativeArraySizeException e) {
            throw Sealing.damaged(key, "it is no index of a base", e);
        }
    }
}
