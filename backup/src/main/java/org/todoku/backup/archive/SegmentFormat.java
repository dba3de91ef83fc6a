package org.todoku.backup.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.todoku.backup.volume.LogChunk;
import org.todoku.backup.volume.LogPosition;

/**
 * A segment before it is compressed and sealed: {@code int} length of the header, the header as
 * JSON, the bytes of all chunks one after the other. Its hash is the SHA-256 of exactly this.
 */
final class SegmentFormat {
    private static final String SEAL = "sealed by ";

    private SegmentFormat() {}

    static byte[] encode(Segment segment) {
        List<ChunkHeader> chunks =
                segment.chunks().stream()
                        .map(c -> new ChunkHeader(c.start(), c.bytes().length))
                        .toList();
        byte[] header =
                Json.write(
                        new Header(
                                segment.epoch(),
                                segment.sequence(),
                                segment.previous(),
                                Optional.of(segment.confirmed()),
                                segment.shipped(),
                                segment.marks().isEmpty()
                                        ? Optional.empty()
                                        : Optional.of(segment.marks()),
                                chunks));
        int bytes = segment.chunks().stream().mapToInt(c -> c.bytes().length).sum();
        ByteBuffer out = ByteBuffer.allocate(Integer.BYTES + header.length + bytes);
        out.putInt(header.length).put(header);
        segment.chunks().forEach(chunk -> out.put(chunk.bytes()));
        return out.array();
    }

    /** What stands in the place of the next segment once an epoch is over: a header alone. */
    static byte[] encodeSeal(long epoch, long sequence, String by) {
        byte[] header =
                Json.write(
                        new Header(
                                epoch,
                                sequence,
                                SEAL + by,
                                Optional.empty(),
                                "",
                                Optional.empty(),
                                List.of()));
        return ByteBuffer.allocate(Integer.BYTES + header.length)
                .putInt(header.length)
                .put(header)
                .array();
    }

    static boolean isSeal(String key, byte[] content) {
        try {
            ByteBuffer in = ByteBuffer.wrap(content);
            byte[] json = new byte[in.getInt()];
            in.get(json);
            return Json.read(json, Header.class).previous().startsWith(SEAL);
        } catch (IOException | RuntimeException e) {
            throw Sealing.damaged(key, "it is no log segment", e);
        }
    }

    static Segment decode(String key, byte[] content) {
        try {
            ByteBuffer in = ByteBuffer.wrap(content);
            byte[] json = new byte[in.getInt()];
            in.get(json);
            Header header = Json.read(json, Header.class);
            List<LogChunk> chunks = new ArrayList<>();
            for (ChunkHeader chunk : header.chunks()) {
                byte[] bytes = new byte[chunk.length()];
                in.get(bytes);
                chunks.add(new LogChunk(chunk.start(), bytes));
            }
            return new Segment(
                    header.epoch(),
                    header.sequence(),
                    header.previous(),
                    // Without it: made by a version that put one after the other.
                    header.confirmed().orElse(header.sequence() - 1),
                    header.shipped(),
                    chunks,
                    header.marks().orElse(List.of()));
        } catch (IOException | RuntimeException e) {
            throw Sealing.damaged(key, "it is no log segment", e);
        }
    }

    record Header(
            long epoch,
            long sequence,
            String previous,
            Optional<Long> confirmed,
            String shipped,
            Optional<List<Segment.Mark>> marks,
            List<ChunkHeader> chunks) {}

    record ChunkHeader(LogPosition start, int length) {}
}
