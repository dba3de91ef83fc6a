package org.todoku.backup.restore;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.BaseManifest;
import org.todoku.backup.archive.BaseManifest.BaseFile;
import org.todoku.backup.archive.Chain.SegmentRef;
import org.todoku.backup.archive.ForkPoint;
import org.todoku.backup.archive.SealedSegment;
import org.todoku.backup.archive.Sha256;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.volume.LocalLog;
import org.todoku.backup.volume.LogChunk;
import org.todoku.backup.volume.LogPosition;
import org.todoku.backup.volume.LogScan;

/**
 * Carries a plan out into an empty folder, and proves before anything boots on it that the base is
 * whole and the log behind it has no gap (promise I3): Derby itself would boot short without a
 * word.
 */
public final class Restore {
    private final Archive archive;
    private final Path target;
    private final Progress progress;
    private final Map<Long, Long> ends = new TreeMap<>();

    public Restore(Archive archive, Path target, Progress progress) {
        this.archive = archive;
        this.target = target;
        this.progress = progress;
    }

    /** What the restore reached. */
    public record Reached(ForkPoint to, String shipped, long bytes, int segments) {}

    /**
     * Restores. On a fault the folder holds an unusable part and the fault says which object was at
     * fault.
     */
    public Reached run(RestorePlan plan) {
        try {
            Files.createDirectories(target.resolve("log"));
            writeBase(plan.base());
            Reached reached = applyLog(plan);
            proveContiguous(plan.base());
            return reached;
        } catch (IOException e) {
            throw new BackupException(
                    BackupFault.DISK_FAILED,
                    "restoring into " + target,
                    e.toString(),
                    "has the disk room, may this user write there?",
                    e);
        }
    }

    private void writeBase(BaseManifest base) throws IOException {
        PackReader packs = new PackReader(base);
        for (BaseFile file : base.files()) {
            Path path = target.resolve(file.path()).normalize();
            if (!path.startsWith(target)) {
                throw damaged("base " + base.id(), "it names a file outside: " + file.path());
            }
            Files.createDirectories(path.resolveSibling("."));
            String hash = packs.copy(file.size(), path);
            if (!hash.equals(file.sha256())) {
                throw damaged("base " + base.id(), "its file " + file.path() + " differs");
            }
            progress.base(packs.read, base.bytes());
        }
        for (long number : new LocalLog(target).files()) {
            ends.put(number, Files.size(log(number)));
        }
    }

    private Reached applyLog(RestorePlan plan) throws IOException {
        ForkPoint at = plan.base().chain();
        String shipped = plan.base().taken();
        int applied = 0;
        for (SegmentRef ref : plan.segments()) {
            SealedSegment read = archive.segment(ref.epoch(), ref.sequence());
            if (plan.at().isPresent()
                    && Instant.parse(read.segment().shipped()).isAfter(plan.at().get())) {
                break;
            }
            if (!read.segment().previous().equals(at.hash())) {
                throw notContiguous(ref, "it does not follow the segment before it");
            }
            for (LogChunk chunk : read.segment().chunks()) {
                apply(ref, chunk, plan.base());
            }
            at = new ForkPoint(ref.epoch(), ref.sequence(), read.hash(), read.segment().end());
            shipped = read.segment().shipped();
            applied++;
            progress.log(applied, plan.segments().size());
        }
        if (at.end().isBefore(plan.base().end())) {
            throw new BackupException(
                    BackupFault.BEFORE_BASE_END,
                    "restoring base " + plan.base().id(),
                    "the log ends at %s, before the end of the base at %s"
                            .formatted(at.end(), plan.base().end()),
                    "choose a later moment, or one before this base was begun");
        }
        return new Reached(at, shipped, plan.base().bytes(), applied);
    }

    private void apply(SegmentRef ref, LogChunk chunk, BaseManifest base) throws IOException {
        long file = chunk.start().file();
        if (file < base.logStart()) {
            return;
        }
        long end = ends.getOrDefault(file, 0L);
        boolean opensNext = !ends.containsKey(file) && chunk.start().offset() == 0;
        if (chunk.start().offset() > end || (!ends.containsKey(file) && !opensNext)) {
            throw notContiguous(ref, "a gap before " + chunk.start());
        }
        boolean complete = file <= base.end().file() && chunk.end().offset() <= end;
        if (complete && holdsAlready(chunk)) {
            return;
        }
        for (long later : ends.keySet().stream().filter(n -> n > file).toList()) {
            Files.delete(log(later));
            ends.remove(later);
        }
        try (FileChannel channel =
                FileChannel.open(log(file), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.truncate(chunk.start().offset());
            ByteBuffer bytes = ByteBuffer.wrap(chunk.bytes());
            channel.position(chunk.start().offset());
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
        ends.put(file, chunk.end().offset());
    }

    /** The base has its own log files whole; the chain brings parts of them once more. */
    private boolean holdsAlready(LogChunk chunk) throws IOException {
        return new LocalLog(target).holds(chunk);
    }

    private void proveContiguous(BaseManifest base) throws IOException {
        long last = ends.keySet().stream().mapToLong(Long::longValue).max().orElse(0);
        long before = 0;
        for (long file = base.logStart(); file <= last; file++) {
            if (!ends.containsKey(file)) {
                throw broken(file, "it is missing");
            }
            byte[] content = Files.readAllBytes(log(file));
            OptionalLong valid = LogScan.validEnd(content, file);
            if (valid.isEmpty() || !onlyZerosAfter(content, valid.getAsLong())) {
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
    }

    private static boolean onlyZerosAfter(byte[] content, long from) {
        for (int i = (int) from; i < content.length; i++) {
            if (content[i] != 0) {
                return false;
            }
        }
        return true;
    }

    private Path log(long number) {
        return new LocalLog(target).file(number);
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

    private static BackupException damaged(String what, String why) {
        return new BackupException(
                BackupFault.OBJECT_DAMAGED,
                "restoring " + what,
                why,
                "restore from an older base (--at), or from another copy of the archive");
    }

    /** Told as the restore goes on; called from the restoring thread. */
    public interface Progress {
        void base(long bytes, long of);

        void log(int segments, int of);
    }

    /** Reads the packs of a base as one long row of bytes. */
    private final class PackReader {
        private final BaseManifest base;
        private byte[] pack = new byte[0];
        private int at;
        private int next = 1;
        private long read;

        PackReader(BaseManifest base) {
            this.base = base;
        }

        String copy(long size, Path to) throws IOException {
            java.security.MessageDigest digest = Sha256.digest();
            try (OutputStream out = Files.newOutputStream(to)) {
                long left = size;
                while (left > 0) {
                    if (at == pack.length) {
                        fill();
                    }
                    int length = (int) Math.min(left, pack.length - at);
                    out.write(pack, at, length);
                    digest.update(pack, at, length);
                    at += length;
                    left -= length;
                    read += length;
                }
            }
            return java.util.HexFormat.of().formatHex(digest.digest());
        }

        private void fill() {
            if (next > base.packs()) {
                throw damaged("base " + base.id(), "its packs end too early");
            }
            pack = archive.pack(base.id(), next++);
            at = 0;
        }
    }
}
