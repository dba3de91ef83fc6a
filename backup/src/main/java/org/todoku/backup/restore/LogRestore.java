package org.todoku.backup.restore;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.BaseManifest;
import org.todoku.backup.archive.Chain.SegmentRef;
import org.todoku.backup.archive.ForkPoint;
import org.todoku.backup.archive.SealedSegment;
import org.todoku.backup.archive.Segment;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.volume.LocalLog;
import org.todoku.backup.volume.LogChunk;
import org.todoku.backup.volume.LogPosition;
import org.todoku.backup.volume.LogScan;

/**
 * Lays the segments of a plan behind the log that the base has, in order, each checked against the
 * hash of the one before; reads a few ahead. What the base has already must be the same. Then
 * proves that the log holds together up to its end.
 */
final class LogRestore {
    private static final int AHEAD = 4;

    private final Archive archive;
    private final RestorePlan plan;
    private final BaseManifest base;
    private final LocalLog log;
    private final Restore.Progress progress;
    private final TreeMap<Long, Long> ends = new TreeMap<>();
    private boolean cut;

    LogRestore(Archive archive, Path target, RestorePlan plan, Restore.Progress progress) {
        this.archive = archive;
        this.plan = plan;
        this.base = plan.base();
        this.log = new LocalLog(target);
        this.progress = progress;
    }

    Restore.Reached run() throws IOException {
        beginWithTheBase();
        Restore.Reached reached = apply();
        prove();
        return reached;
    }

    /** An interrupted restore may have laid some segments already: they are laid again. */
    private void beginWithTheBase() throws IOException {
        for (BaseManifest.BaseFile file : base.files()) {
            for (long number : log.files()) {
                if (log.file(number).endsWith(Path.of(file.path()))) {
                    ends.put(number, file.size());
                }
            }
        }
        for (long number : log.files()) {
            if (ends.containsKey(number)) {
                cut(number, ends.get(number));
            } else {
                Files.delete(log.file(number));
            }
        }
    }

    private Restore.Reached apply() throws IOException {
        ForkPoint at = base.chain();
        String shipped = base.taken();
        int applied = 0;
        try (ReadAhead ahead = new ReadAhead()) {
            for (SegmentRef ref : plan.segments()) {
                SealedSegment read = ahead.next();
                LogPosition limit = limit(read);
                if (limit.equals(read.segment().start())) {
                    break;
                }
                if (!read.segment().previous().equals(at.hash())) {
                    throw notContiguous(ref, "it does not follow the segment before it");
                }
                shipped = read.segment().shipped();
                applied++;
                for (LogChunk chunk : read.segment().chunks()) {
                    apply(ref, cutAt(chunk, limit));
                }
                if (limit.isBefore(read.segment().end())) {
                    at = new ForkPoint(at.epoch(), at.sequence(), at.hash(), cutAtGroup());
                    break;
                }
                at = new ForkPoint(ref.epoch(), ref.sequence(), read.hash(), read.segment().end());
                progress.log(applied, plan.segments().size());
            }
        }
        if (plan.target() instanceof RestoreTarget.Position(LogPosition wanted)
                && at.end().isBefore(wanted)
                && applied == plan.segments().size()
                && !cut) {
            throw new BackupException(
                    BackupFault.LOG_NOT_CONTIGUOUS,
                    "restoring to log position " + wanted,
                    "the archive's log ends at " + at.end(),
                    "choose an earlier position, or none for all that the archive has");
        }
        if (at.end().isBefore(base.end())) {
            throw new BackupException(
                    BackupFault.BEFORE_BASE_END,
                    "restoring base " + base.id(),
                    "the log ends at %s, before the end of the base at %s"
                            .formatted(at.end(), base.end()),
                    "choose a later moment, or one before this base was begun");
        }
        return new Restore.Reached(at, shipped, base, applied, plan.warnings());
    }

    /** Up to where a segment is wanted; its start for nothing of it, its end for all. */
    private LogPosition limit(SealedSegment read) {
        Segment segment = read.segment();
        return switch (plan.target()) {
            case RestoreTarget.Newest newest -> segment.end();
            case RestoreTarget.Position position -> within(segment, position.at());
            case RestoreTarget.Moment moment ->
                    isBy(segment.shipped(), moment.at())
                            ? segment.end()
                            : segment.marks().stream()
                                    .filter(mark -> isBy(mark.at(), moment.at()))
                                    .reduce((first, last) -> last)
                                    .map(mark -> within(segment, mark.end()))
                                    .orElse(segment.start());
        };
    }

    private static boolean isBy(String at, Instant moment) {
        return !Instant.parse(at).isAfter(moment);
    }

    private static LogPosition within(Segment segment, LogPosition position) {
        if (position.isAfter(segment.end())) {
            return segment.end();
        }
        return position.isBefore(segment.start()) ? segment.start() : position;
    }

    /** What of a chunk lies before a position. */
    private static LogChunk cutAt(LogChunk chunk, LogPosition limit) {
        if (!chunk.end().isAfter(limit)) {
            return chunk;
        }
        long length = chunk.start().isBefore(limit) ? limit.offset() - chunk.start().offset() : 0;
        return new LogChunk(chunk.start(), Arrays.copyOf(chunk.bytes(), (int) length));
    }

    /** A part of a group is worth nothing: the log ends with the last whole one. */
    private LogPosition cutAtGroup() throws IOException {
        cut = true;
        while (true) {
            long last = ends.lastKey();
            OptionalLong valid = LogScan.validEnd(Files.readAllBytes(log.file(last)), last);
            if (valid.isPresent()) {
                cut(last, valid.getAsLong());
                ends.put(last, valid.getAsLong());
                return new LogPosition(last, valid.getAsLong());
            }
            Files.delete(log.file(last));
            ends.remove(last);
        }
    }

    private void apply(SegmentRef ref, LogChunk chunk) throws IOException {
        long file = chunk.start().file();
        if (file < base.logStart() || chunk.bytes().length == 0) {
            return;
        }
        long end = ends.getOrDefault(file, 0L);
        boolean opensNext = !ends.containsKey(file) && chunk.start().offset() == 0;
        if (chunk.start().offset() > end || (!ends.containsKey(file) && !opensNext)) {
            throw notContiguous(ref, "a gap before " + chunk.start());
        }
        int known = inBase(chunk);
        if (known > 0 && !holds(chunk, known)) {
            throw notContiguous(ref, "it differs from the log of the base at " + chunk.start());
        }
        if (known == chunk.bytes().length) {
            return;
        }
        // Behind the base a chunk takes the place of all that lies behind its start.
        for (long later : ends.tailMap(file, false).keySet().stream().toList()) {
            Files.delete(log.file(later));
            ends.remove(later);
        }
        write(file, chunk.start().offset() + known, chunk, known);
        ends.put(file, chunk.end().offset());
    }

    /** How many bytes of a chunk the base has itself; of a file before its last one, all. */
    private int inBase(LogChunk chunk) {
        long file = chunk.start().file();
        if (file != base.end().file()) {
            return file < base.end().file() ? chunk.bytes().length : 0;
        }
        long known = base.end().offset() - chunk.start().offset();
        return Math.clamp(known, 0, chunk.bytes().length);
    }

    /** Whether the file has these bytes; behind its end only zeros may be, room not needed. */
    private boolean holds(LogChunk chunk, int length) throws IOException {
        ByteBuffer found = ByteBuffer.allocate(length);
        try (FileChannel channel =
                FileChannel.open(log.file(chunk.start().file()), StandardOpenOption.READ)) {
            long at = chunk.start().offset();
            int read = 0;
            while (read >= 0 && found.hasRemaining()) {
                read = channel.read(found, at + found.position());
            }
        }
        return Arrays.equals(found.array(), 0, length, chunk.bytes(), 0, length);
    }

    private void write(long file, long at, LogChunk chunk, int from) throws IOException {
        try (FileChannel channel =
                FileChannel.open(
                        log.file(file), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.truncate(at);
            channel.position(at);
            ByteBuffer bytes = ByteBuffer.wrap(chunk.bytes());
            bytes.position(from);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
    }

    private void cut(long number, long length) throws IOException {
        try (FileChannel channel = FileChannel.open(log.file(number), StandardOpenOption.WRITE)) {
            channel.truncate(length);
        }
    }

    private void prove() throws IOException {
        long last = ends.isEmpty() ? 0 : ends.lastKey();
        long before = 0;
        for (long file = base.logStart(); file <= last; file++) {
            if (!ends.containsKey(file)) {
                throw broken(file, "it is missing");
            }
            byte[] content = Files.readAllBytes(log.file(file));
            OptionalLong valid = LogScan.validEnd(content, file);
            if (valid.isEmpty() || !LogProof.onlyZerosAfter(content, valid.getAsLong())) {
                throw broken(file, "it is not valid up to its end");
            }
            // Its length proves nothing: zeros of room that was not needed may lie behind the end.
            if (before != 0 && LogScan.previousEnd(content) != before) {
                throw broken(file - 1, "it does not end where the next begins");
            }
            before = new LogPosition(file, valid.getAsLong()).instant();
        }
        LogPosition end = new LogPosition(last, ends.getOrDefault(last, 0L));
        if (end.isBefore(base.end())) {
            throw broken(last, "it ends before the base's end " + base.end());
        }
        Optional<String> mixedUp = ControlProof.problem(log);
        if (mixedUp.isPresent()) {
            throw broken(last, mixedUp.get());
        }
    }

    private static BackupException broken(long file, String why) {
        return new BackupException(
                BackupFault.LOG_NOT_CONTIGUOUS,
                "proving the restored log, file " + file,
                why,
                "restore to an earlier moment, or from another copy of the archive");
    }

    private static BackupException notContiguous(SegmentRef ref, String why) {
        return new BackupException(
                BackupFault.LOG_NOT_CONTIGUOUS,
                "applying segment %d of epoch %d".formatted(ref.sequence(), ref.epoch()),
                why,
                "restore to a moment before it, or from another copy of the archive");
    }

    /** The segments in order, the next few on their way. */
    private final class ReadAhead implements AutoCloseable {
        private final ExecutorService threads =
                Executors.newThreadPerTaskExecutor(Thread.ofVirtual().factory());
        private final Iterator<SegmentRef> refs = plan.segments().iterator();
        private final Deque<Future<SealedSegment>> reading = new ArrayDeque<>();

        SealedSegment next() throws IOException {
            while (reading.size() < AHEAD && refs.hasNext()) {
                SegmentRef ref = refs.next();
                reading.add(threads.submit(() -> archive.segment(ref.epoch(), ref.sequence())));
            }
            return Workers.await("reading a log segment", reading.removeFirst());
        }

        @Override
        public void close() {
            threads.shutdownNow();
            threads.close();
        }
    }
}
