package org.todoku.backup.archive;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.objects.ObjectInfo;
import org.todoku.backup.objects.ObjectStore;

/**
 * Where the segments of the log lie: each in an object of its own, as it was shipped, or many that
 * follow each other in one compacted object, or both for a while. The compacted one is preferred.
 * What a segment is, and its hash, is the same in either. Keeps the last {@value #KEPT} compacted
 * objects that were read. Thread-safe.
 */
final class LogObjects {
    private static final int KEPT = 3;

    private final ObjectStore store;
    private final Function<String, Optional<byte[]>> open;
    // The first and the last number of each compacted object that a listing showed, by epoch.
    private final Map<Long, TreeMap<Long, Long>> ranges = new ConcurrentHashMap<>();
    private final Map<String, List<byte[]>> read = new LinkedHashMap<>();

    /**
     * @param open the content of an object, unsealed; empty when it is not there
     */
    LogObjects(ObjectStore store, Function<String, Optional<byte[]>> open) {
        this.store = store;
        this.open = open;
    }

    static String key(long epoch, long sequence) {
        return folder(epoch) + number(sequence);
    }

    static String key(long epoch, long first, long last) {
        return folder(epoch) + number(first) + "-" + number(last);
    }

    static byte[] encode(List<byte[]> segments) {
        var out = new ByteArrayOutputStream();
        for (byte[] segment : segments) {
            out.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(segment.length).array());
            out.writeBytes(segment);
        }
        return out.toByteArray();
    }

    /** The numbers that there are in either form, ascending. Lists. */
    List<Long> numbers(long epoch) {
        TreeSet<Long> numbers = new TreeSet<>(list(epoch));
        compacted(epoch)
                .forEach(
                        (first, last) -> {
                            for (long number = first; number <= last; number++) {
                                numbers.add(number);
                            }
                        });
        return List.copyOf(numbers);
    }

    /** The numbers that have an object of their own, ascending. Lists. */
    List<Long> list(long epoch) {
        String folder = folder(epoch);
        List<Long> singles = new ArrayList<>();
        TreeMap<Long, Long> found = new TreeMap<>();
        for (ObjectInfo info : store.list(folder)) {
            String name = info.key().substring(folder.length());
            int dash = name.indexOf('-');
            if (dash < 0) {
                singles.add(Long.valueOf(name));
            } else {
                long last = Long.parseLong(name.substring(dash + 1));
                found.merge(Long.valueOf(name.substring(0, dash)), last, Math::max);
            }
        }
        ranges.put(epoch, found);
        return singles;
    }

    /** As the last listing showed them: the last number of each, by its first. */
    NavigableMap<Long, Long> compacted(long epoch) {
        return new TreeMap<>(ranges.getOrDefault(epoch, new TreeMap<>()));
    }

    /** A segment as it was encoded when it was shipped. */
    byte[] content(long epoch, long sequence) {
        Map.Entry<Long, Long> range = range(epoch, sequence);
        if (range != null) {
            try {
                return fromCompacted(epoch, sequence, range);
            } catch (BackupException e) {
                // The segment's own object may still be there.
                Optional<byte[]> own =
                        e.fault().retryable() ? Optional.empty() : own(epoch, sequence);
                return own.orElseThrow(() -> e);
            }
        }
        Optional<byte[]> own = own(epoch, sequence);
        if (own.isPresent()) {
            return own.get();
        }
        // Compacted since the last listing, perhaps.
        List<Long> singles = list(epoch);
        Map.Entry<Long, Long> now = range(epoch, sequence);
        if (now == null || singles.contains(sequence)) {
            throw Archive.missing(key(epoch, sequence) + " in " + store.location());
        }
        return fromCompacted(epoch, sequence, now);
    }

    /** Reads a compacted object from the store and finds each segment in it that it should hold. */
    void prove(long epoch, long first, long last) {
        String key = key(epoch, first, last);
        synchronized (read) {
            read.remove(key);
        }
        list(epoch);
        for (long sequence = first; sequence <= last; sequence++) {
            Segment found =
                    SegmentFormat.decode(
                            key, fromCompacted(epoch, sequence, Map.entry(first, last)));
            if (found.epoch() != epoch || found.sequence() != sequence) {
                throw damaged(key, "it holds another segment than its name says");
            }
        }
    }

    private Map.@Nullable Entry<Long, Long> range(long epoch, long sequence) {
        Map.Entry<Long, Long> below = compacted(epoch).floorEntry(sequence);
        return below == null || below.getValue() < sequence ? null : below;
    }

    SealedSegment segment(long epoch, long sequence) {
        return decoded(epoch, sequence, content(epoch, sequence));
    }

    /** By the segment's own object; does not list. */
    NextSegment next(long epoch, long sequence) {
        Optional<byte[]> found = own(epoch, sequence);
        if (found.isEmpty()) {
            return new NextSegment.NotYet();
        }
        return SegmentFormat.isSeal(key(epoch, sequence), found.get())
                ? new NextSegment.Sealed()
                : new NextSegment.Found(decoded(epoch, sequence, found.get()));
    }

    private static SealedSegment decoded(long epoch, long sequence, byte[] content) {
        String key = key(epoch, sequence);
        Segment segment = SegmentFormat.decode(key, content);
        if (segment.epoch() != epoch || segment.sequence() != sequence) {
            throw Sealing.damaged(key, "it says that it is another", new IOException(key));
        }
        return new SealedSegment(segment, Sha256.hex(content));
    }

    private Optional<byte[]> own(long epoch, long sequence) {
        return open.apply(key(epoch, sequence));
    }

    private byte[] fromCompacted(long epoch, long sequence, Map.Entry<Long, Long> range) {
        String key = key(epoch, range.getKey(), range.getValue());
        List<byte[]> segments;
        synchronized (read) {
            segments = read.get(key);
            if (segments == null) {
                byte[] content =
                        open.apply(key)
                                .orElseThrow(
                                        () -> Archive.missing(key + " in " + store.location()));
                segments = decode(key, content);
                if (segments.size() != range.getValue() - range.getKey() + 1) {
                    throw damaged(key, "it does not hold what its name says");
                }
                if (read.size() >= KEPT) {
                    read.remove(read.keySet().iterator().next());
                }
                read.put(key, segments);
            }
        }
        return segments.get((int) (sequence - range.getKey()));
    }

    private static List<byte[]> decode(String key, byte[] content) {
        List<byte[]> segments = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(content);
        try {
            while (in.hasRemaining()) {
                byte[] segment = new byte[in.getInt()];
                in.get(segment);
                segments.add(segment);
            }
            return segments;
        } catch (BufferUnderflowException | NegativeArraySizeException e) {
            throw Sealing.damaged(key, "it is no row of segments", e);
        }
    }

    private static BackupException damaged(String key, String why) {
        return Sealing.damaged(key, why, new IOException(BackupFault.OBJECT_DAMAGED.code()));
    }

    private static String folder(long epoch) {
        return "log/" + Archive.pad(epoch) + "/";
    }

    private static String number(long sequence) {
        return "%010d".formatted(sequence);
    }
}
