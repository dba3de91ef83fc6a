package org.todoku.backup.archive;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.todoku.backup.archive.Chain.SegmentRef;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.objects.ObjectInfo;
import org.todoku.backup.volume.LogChunk;
import org.todoku.backup.volume.LogPosition;

/**
 * The objects {@code standby/EPOCH/…}: that a standby is fed by the writer itself, and may have
 * what the archive lacks. The writer says so before it relies on it ({@link #begin}), and takes it
 * back once the archive has everything ({@link #clear}). A standby whose stream broke leaves here
 * what it has and the archive lacks ({@link #leave}). Whoever ends the epoch brings that in first
 * ({@link #bringIn}), as segments of the epoch, and knows who has not answered ({@link #silent}):
 * what was confirmed by those may be nowhere else (docs/adr/0034). Thread-safe.
 */
public final class Feedings {
    private static final String PREFIX = "standby/";
    private static final int PART = 4 * 1024 * 1024;

    private final Archive archive;

    public Feedings(Archive archive) {
        this.archive = archive;
    }

    /** As the writer says it. */
    record Begun(String host, boolean alone, String since) {}

    /** What a standby left: how far it went, and in how many parts the log lies that it had. */
    record Left(LogPosition end, int parts) {}

    /** The bytes of one piece of log, as base64. */
    @SuppressWarnings("ArrayRecordComponent")
    record Part(LogPosition start, byte[] bytes) {}

    /** By the writer, before it relies on the standby. */
    public void begin(Feeding feeding, Instant now) {
        Begun begun = new Begun(feeding.host(), feeding.alone(), now.toString());
        archive.create(key(feeding, "begun"), Json.write(begun));
    }

    /** By the writer: the archive has everything that was confirmed in this feeding. */
    public void clear(Feeding feeding) {
        archive.create(key(feeding, "clear"), Json.write(Map.of()));
    }

    /**
     * By the standby, when its stream has broken: what it has and the archive lacks. May be said
     * again after an exception.
     */
    public void leave(Feeding feeding, List<LogChunk> chunks, LogPosition end) {
        int parts = 0;
        for (LogChunk chunk : chunks) {
            for (int from = 0; from < chunk.bytes().length; from += PART) {
                int to = Math.min(from + PART, chunk.bytes().length);
                byte[] bytes = java.util.Arrays.copyOfRange(chunk.bytes(), from, to);
                Part part = new Part(chunk.start().plus(from), bytes);
                // Another end than the last time makes other parts.
                archive.create(part(feeding, end, parts++), Json.write(part));
            }
        }
        archive.create(key(feeding, "left-" + end.instant()), Json.write(new Left(end, parts)));
    }

    /** The last feeding of each standby in this epoch that was not taken back. Lists. */
    public List<Feeding> open(long epoch) {
        Map<String, Feeding> last = new TreeMap<>();
        Set<String> keys = new HashSet<>();
        for (ObjectInfo info : archive.store().list(folder(epoch))) {
            keys.add(info.key());
        }
        for (String key : keys) {
            if (key.endsWith("/begun")) {
                String[] parts = key.split("/", -1);
                long number = Long.parseLong(parts[3]);
                Begun begun = Archive.parse(key, archive.read(key), Begun.class);
                Feeding found =
                        new Feeding(
                                epoch,
                                parts[2],
                                number,
                                begun.host(),
                                begun.alone(),
                                left(keys, epoch, parts[2], number));
                last.merge(parts[2], found, (a, b) -> a.number() > b.number() ? a : b);
            }
        }
        return last.values().stream().filter(f -> !keys.contains(key(f, "clear"))).toList();
    }

    private static Optional<LogPosition> left(
            Set<String> keys, long epoch, String standby, long number) {
        String prefix = folder(epoch) + standby + "/" + Archive.pad(number) + "/left-";
        return keys.stream()
                .filter(key -> key.startsWith(prefix))
                .map(key -> LogPosition.parse(key.substring(prefix.length())))
                .max(LogPosition::compareTo);
    }

    /**
     * Those of the epoch that may have what the archive lacks and have not left it here. Lists.
     *
     * @param but the standby that asks, which has its own
     */
    public List<Feeding> silent(long epoch, String but) {
        return open(epoch).stream()
                .filter(feeding -> feeding.left().isEmpty() && !feeding.standby().equals(but))
                .toList();
    }

    /** As {@link #bringIn(long, Optional, long, List)}, what standbys have left here. */
    public long bringInLeft(long epoch, Optional<ForkPoint> tail, long sequence) {
        return bringIn(epoch, tail, sequence);
    }

    /**
     * Refuses where a standby may have what is nowhere else.
     *
     * @param but the standby that asks, which has its own
     * @throws BackupException {@code HELD_ELSEWHERE}
     */
    public void requireHeard(long epoch, String but, String what) {
        List<Feeding> silent = silent(epoch, but);
        if (!silent.isEmpty()) {
            Feeding first = silent.getFirst();
            throw new BackupException(
                    BackupFault.HELD_ELSEWHERE,
                    what,
                    "the standby on "
                            + first.host()
                            + " was fed by the old host and may have confirmed commits that are"
                            + " nowhere else",
                    "take over there, or let it reach the archive, where it leaves them; with"
                            + " --accept-loss they are given up. Nothing was changed");
        }
    }

    /**
     * Puts what standbys have left as the next segments of an epoch that is about to be ended.
     *
     * @param tail the end of what counts, in this epoch or an earlier one
     * @param sequence the last segment of the epoch; 0 when it has none
     * @return the last segment then
     */
    long bringIn(long epoch, Optional<ForkPoint> tail, long sequence) {
        Place place = new Place(sequence, tail);
        for (Feeding feeding : open(epoch)) {
            if (feeding.left().isPresent()) {
                place = bringIn(epoch, place, chunks(feeding, feeding.left().get()));
            }
        }
        return place.sequence();
    }

    private record Place(long sequence, Optional<ForkPoint> tail) {
        LogPosition end() {
            return tail.map(ForkPoint::end).orElse(new LogPosition(0, 0));
        }

        String hash() {
            return tail.map(ForkPoint::hash).orElse("");
        }
    }

    private List<LogChunk> chunks(Feeding feeding, LogPosition end) {
        String key = key(feeding, "left-" + end.instant());
        Left left = Archive.parse(key, archive.read(key), Left.class);
        List<LogChunk> chunks = new ArrayList<>();
        for (int i = 0; i < left.parts(); i++) {
            String name = part(feeding, end, i);
            Part part = Archive.parse(name, archive.read(name), Part.class);
            chunks.add(new LogChunk(part.start(), part.bytes()));
        }
        return chunks;
    }

    /**
     * Puts log as the next segment of an epoch, as far as the archive lacks it: one, whatever its
     * size, for behind it may lie some that the writer sent in a hurry, which are void then. Where
     * the writer was quicker, its segment counts and the rest follows that.
     *
     * @return the last segment then
     */
    public long bringIn(long epoch, Optional<ForkPoint> tail, long sequence, List<LogChunk> log) {
        return bringIn(epoch, new Place(sequence, tail), log).sequence();
    }

    private Place bringIn(long epoch, Place from, List<LogChunk> log) {
        Place place = from;
        while (true) {
            List<LogChunk> lacking = behind(log, place.end());
            if (lacking.isEmpty()) {
                return place;
            }
            requireJoined(place, lacking.getFirst());
            long next = place.sequence() + 1;
            PreparedSegment segment =
                    archive.prepare(
                            new Segment(
                                    epoch,
                                    next,
                                    place.hash(),
                                    place.sequence(),
                                    Instant.now().toString(),
                                    lacking));
            try {
                archive.put(segment);
                place = new Place(next, Optional.of(segment.asForkPoint()));
            } catch (BackupException e) {
                if (e.fault() != BackupFault.FORK) {
                    throw e;
                }
                place = taken(new SegmentRef(epoch, next), place, e);
            }
        }
    }

    private Place taken(SegmentRef ref, Place before, BackupException why) {
        SealedSegment found = archive.segment(ref.epoch(), ref.sequence());
        if (!found.segment().previous().equals(before.hash())) {
            throw why;
        }
        LogPosition end = found.segment().end();
        return new Place(
                ref.sequence(),
                Optional.of(new ForkPoint(ref.epoch(), ref.sequence(), found.hash(), end)));
    }

    private static void requireJoined(Place place, LogChunk first) {
        LogPosition end = place.end();
        LogPosition start = first.start();
        boolean nextFile = start.file() == end.file() + 1 && start.offset() == 0;
        if (start.isAfter(end) && !nextFile) {
            throw new BackupException(
                    BackupFault.LOG_NOT_CONTIGUOUS,
                    "bringing in what a standby has left",
                    "it begins at " + start + ", the archive's log ends at " + end,
                    "run todoku-migrate verify");
        }
    }

    /** What lies behind a position. */
    private static List<LogChunk> behind(List<LogChunk> log, LogPosition end) {
        List<LogChunk> behind = new ArrayList<>();
        for (LogChunk chunk : log) {
            if (!chunk.start().isBefore(end)) {
                behind.add(chunk);
            } else if (chunk.end().isAfter(end)) {
                int cut = (int) (end.offset() - chunk.start().offset());
                byte[] rest =
                        java.util.Arrays.copyOfRange(chunk.bytes(), cut, chunk.bytes().length);
                behind.add(new LogChunk(end, rest));
            }
        }
        return behind.stream().filter(chunk -> chunk.bytes().length > 0).toList();
    }

    private static String folder(long epoch) {
        return PREFIX + Archive.pad(epoch) + "/";
    }

    private static String key(Feeding feeding, String what) {
        return folder(feeding.epoch())
                + feeding.standby()
                + "/"
                + Archive.pad(feeding.number())
                + "/"
                + what;
    }

    private static String part(Feeding feeding, LogPosition end, int number) {
        return key(feeding, "part-%d-%05d".formatted(end.instant(), number));
    }
}
