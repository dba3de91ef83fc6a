package org.todoku.backup.restore;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.archive.Chain.SegmentRef;
import org.todoku.backup.archive.ForkPoint;
import org.todoku.backup.archive.SealedSegment;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.volume.LocalLog;
import org.todoku.backup.volume.LogChunk;
import org.todoku.backup.volume.LogPosition;
import org.todoku.backup.volume.LogScan;

/**
 * Brings the local log and the archive's together before the engine boots (promise I4). What the
 * archive has and the disk lacks, because the disk was stalled when the process died or because the
 * directory was set back to an older copy of itself, is appended to the local log; what the disk
 * has and the archive lacks is for the shipper. What differs is a fork and is touched by nobody.
 *
 * <p>Costs one read of the archive when the disk lacks nothing; else one for each segment that it
 * lacks and one more, walked from the newest backwards, and a second one for those that do not fit
 * into {@value #KEEP} bytes of memory. Only the segment in which the local log ends is compared
 * with it byte by byte; that those before are the same follows from the hashes that chain them and
 * from Derby's log never being written twice.
 */
public final class CatchUp {
    private static final System.Logger LOG = System.getLogger(CatchUp.class.getName());
    private static final long KEEP = 64L * 1024 * 1024;

    private final Archive archive;
    private final LocalLog localLog;
    private final Map<SegmentRef, SealedSegment> kept = new HashMap<>();
    private long keptBytes;

    public CatchUp(Archive archive, LocalLog localLog) {
        this.archive = archive;
        this.localLog = localLog;
    }

    /**
     * Writes what the local log lacks; nobody may have the directory open.
     *
     * @return what the local log has and the archive lacks
     * @throws BackupException {@code FORK} when one contradicts the other: the directory is another
     *     one, or went on without the archive from an older state; {@code LOG_NOT_CONTIGUOUS} when
     *     the control file belongs to another moment than the log
     */
    public List<LogChunk> run(Chain chain) {
        Optional<ForkPoint> tail = chain.tail();
        if (tail.isEmpty()) {
            return List.of();
        }
        ForkPoint newest = tail.get();
        try {
            LogPosition end = localLog.end().orElseThrow(() -> fork("there is no local log"));
            if (end.isBefore(newest.end())) {
                bringUp(chain, newest, end);
                proveControl();
                return List.of();
            }
            compare(read(new SegmentRef(newest.epoch(), newest.sequence())), end);
            proveControl();
            return end.isAfter(newest.end()) ? localLog.read(newest.end(), end) : List.of();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /**
     * The same question for a database that was booted without the archive: writes nothing.
     *
     * @param bootEnd where the local log ended before the boot
     * @throws BackupException {@code FORK} when the archive has what the boot did not know of
     */
    public void check(Chain chain, LogPosition bootEnd) {
        Optional<ForkPoint> tail = chain.tail();
        if (tail.isEmpty()) {
            return;
        }
        ForkPoint newest = tail.get();
        if (bootEnd.file() < newest.end().file()
                || bootEnd.plus(LogScan.END_MARKER).isBefore(newest.end())) {
            throw fork(
                    "the archive goes up to %s, and this host was started without it at %s"
                            .formatted(newest.end(), bootEnd));
        }
        try {
            compare(read(new SegmentRef(newest.epoch(), newest.sequence())), bootEnd);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private void bringUp(Chain chain, ForkPoint newest, LogPosition end) throws IOException {
        List<SegmentRef> refs = chain.after(new ForkPoint(0, 0, "", new LogPosition(0, 0)));
        int first = refs.size();
        String hash = newest.hash();
        LogPosition start = newest.end();
        while (!start.isBefore(end)) {
            if (first == 0) {
                throw fork("it ends at " + end + ", before anything that the archive has");
            }
            first--;
            SealedSegment segment = read(refs.get(first));
            if (!segment.hash().equals(hash)) {
                throw fork("the archive's segments do not follow each other");
            }
            hash = segment.segment().previous();
            start = segment.segment().start();
        }
        compare(read(refs.get(first)), end);
        LogPosition at = end;
        long bytes = 0;
        for (SegmentRef ref : refs.subList(first, refs.size())) {
            for (LogChunk chunk : read(ref).segment().chunks()) {
                LogChunk lacking = ref.equals(refs.get(first)) ? behind(chunk, end) : chunk;
                if (lacking.bytes().length > 0) {
                    append(lacking, at);
                    at = lacking.end();
                    bytes += lacking.bytes().length;
                }
            }
        }
        prove(newest);
        LOG.log(
                Level.WARNING,
                "the local log ended at {0}: brought it up to the archive''s {1} ({2} bytes)",
                end,
                newest.end(),
                bytes);
    }

    private void append(LogChunk chunk, LogPosition at) throws IOException {
        LogPosition start = chunk.start();
        boolean opensNext = start.file() == at.file() + 1 && start.offset() == 0;
        if (start.isAfter(at) && !opensNext) {
            throw new BackupException(
                    BackupFault.LOG_NOT_CONTIGUOUS,
                    "bringing the local log up to the archive's",
                    "a gap between " + at + " and " + start,
                    "run todoku-migrate verify; takeover into an empty folder starts from a base");
        }
        localLog.replaceFrom(chunk);
    }

    /** Derby would boot short without a word on a log that does not hold together. */
    private void prove(ForkPoint newest) throws IOException {
        LogPosition reached = localLog.end().orElse(new LogPosition(0, 0));
        if (reached.file() != newest.end().file()
                || reached.plus(LogScan.END_MARKER).isBefore(newest.end())) {
            throw new BackupException(
                    BackupFault.LOG_NOT_CONTIGUOUS,
                    "bringing the local log up to the archive's",
                    "it is valid up to " + reached + " only, not up to " + newest.end(),
                    "run todoku-migrate takeover into an empty folder and keep this one");
        }
    }

    /** Derby would boot without any recovery, and without a word, on one that is mixed up. */
    private void proveControl() throws IOException {
        Optional<String> mixedUp = ControlProof.problem(localLog);
        if (mixedUp.isPresent()) {
            throw new BackupException(
                    BackupFault.LOG_NOT_CONTIGUOUS,
                    "comparing the local log with its control file",
                    mixedUp.get(),
                    "files of two copies were mixed up; run todoku-migrate takeover into an empty"
                            + " folder and keep this one for salvage");
        }
    }

    /** What both have must be the same; what lies before the oldest local file is not looked at. */
    private void compare(SealedSegment segment, LogPosition end) throws IOException {
        List<Long> files = localLog.files();
        for (LogChunk chunk : segment.segment().chunks()) {
            LogChunk common = before(chunk, end);
            if (common.bytes().length > 0
                    && chunk.start().file() >= files.getFirst()
                    && !localLog.holds(common)) {
                throw fork("the local log differs at " + chunk.start());
            }
        }
    }

    private static LogChunk before(LogChunk chunk, LogPosition end) {
        return new LogChunk(chunk.start(), Arrays.copyOf(chunk.bytes(), cut(chunk, end)));
    }

    private static LogChunk behind(LogChunk chunk, LogPosition end) {
        int cut = cut(chunk, end);
        return new LogChunk(
                chunk.start().plus(cut),
                Arrays.copyOfRange(chunk.bytes(), cut, chunk.bytes().length));
    }

    /** How many of its bytes lie before the position. */
    private static int cut(LogChunk chunk, LogPosition end) {
        if (!chunk.end().isAfter(end)) {
            return chunk.bytes().length;
        }
        return chunk.start().isBefore(end) ? (int) (end.offset() - chunk.start().offset()) : 0;
    }

    private SealedSegment read(SegmentRef ref) {
        SealedSegment known = kept.get(ref);
        if (known != null) {
            return known;
        }
        SealedSegment read = archive.segment(ref.epoch(), ref.sequence());
        for (LogChunk chunk : read.segment().chunks()) {
            keptBytes += chunk.bytes().length;
        }
        if (keptBytes < KEEP) {
            kept.put(ref, read);
        }
        return read;
    }

    private static BackupException unreadable(IOException e) {
        return new BackupException(
                BackupFault.DISK_FAILED,
                "comparing the local log with the archive's",
                e.toString(),
                "look at the disk; if it is broken run todoku-migrate takeover elsewhere",
                e);
    }

    private static BackupException fork(String why) {
        return new BackupException(
                BackupFault.FORK,
                "comparing the local log with the archive's",
                why,
                "this directory is not the one that wrote the archive, or it went on without it;"
                        + " run todoku-migrate takeover into an empty folder and keep this one for"
                        + " salvage");
    }
}
