package org.todoku.backup.restore;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.archive.Epoch;
import org.todoku.backup.archive.ForkPoint;
import org.todoku.backup.archive.SealedSegment;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.volume.LocalLog;
import org.todoku.backup.volume.LogChunk;
import org.todoku.backup.volume.LogPosition;

/**
 * What happens before the engine boots on a data directory (promises I4 and I5): may this host
 * write at all, and do the local log and the archive's agree? Changes nothing.
 */
public final class BootGuard {
    private final Archive archive;
    private final NodeFile node;
    private final LocalLog localLog;

    public BootGuard(Archive archive, NodeFile node, LocalLog localLog) {
        this.archive = archive;
        this.node = node;
        this.localLog = localLog;
    }

    /** Refuses with {@code FENCED} when the archive's newest epoch belongs to another node. */
    public void checkWriter(Chain chain) {
        Optional<Epoch> newest = chain.newest();
        if (newest.isEmpty() || newest.get().owner().equals(node.owner())) {
            return;
        }
        Epoch writer = newest.get();
        if (node.restored().isPresent()) {
            ForkPoint restored = node.restored().get().to();
            if (chain.tail().filter(restored::equals).isPresent()) {
                return;
            }
            throw new BackupException(
                    BackupFault.FENCED,
                    "starting on a restored directory",
                    "it was restored to %s, and the archive goes on behind that"
                            .formatted(restored.end()),
                    "to move the service here run todoku-migrate takeover; to look at an old"
                            + " state start with another archive.url or none");
        }
        throw fenced(writer);
    }

    /** The fault of a host that a newer epoch has fenced out. */
    public static BackupException fenced(Epoch writer) {
        String where = writer.url().isEmpty() ? "" : " (" + writer.url() + ")";
        return new BackupException(
                BackupFault.FENCED,
                "writing to this archive",
                "the service moved: epoch %d belongs to %s%s since %s"
                        .formatted(writer.number(), writer.host(), where, writer.claimed()),
                "use the service there; to bring it back here run todoku-migrate takeover into an"
                        + " empty folder");
    }

    /**
     * What the local log has and the archive lacks.
     *
     * @throws BackupException {@code FORK} when the local log lacks or contradicts what the archive
     *     has: the directory was set back, or is another one
     */
    public List<LogChunk> catchUp(Optional<ForkPoint> tail) {
        try {
            if (tail.isEmpty()) {
                return List.of();
            }
            ForkPoint fork = tail.get();
            compareTail(fork);
            LogPosition end = localEnd(fork);
            return end.isAfter(fork.end()) ? localLog.read(fork.end(), end) : List.of();
        } catch (IOException e) {
            throw new BackupException(
                    BackupFault.DISK_FAILED,
                    "comparing the local log with the archive's",
                    e.toString(),
                    "look at the disk; if it is broken run todoku-migrate takeover elsewhere",
                    e);
        }
    }

    private void compareTail(ForkPoint fork) throws IOException {
        SealedSegment last = archive.segment(fork.epoch(), fork.sequence());
        if (!last.hash().equals(fork.hash())) {
            throw fork("the archive's last segment is not the one its epoch names");
        }
        List<Long> files = new ArrayList<>(localLog.files());
        long oldest = files.isEmpty() ? Long.MAX_VALUE : files.getFirst();
        long newestWritten = fork.end().file();
        if (files.isEmpty() || files.getLast() < newestWritten) {
            throw fork("the local log is older than the archive's, which ends at " + fork.end());
        }
        for (LogChunk chunk : last.segment().chunks()) {
            if (chunk.start().file() >= oldest && !localLog.holds(chunk)) {
                throw fork("the local log differs at " + chunk.start());
            }
        }
    }

    /** An end marker behind the last group counts, since the archive may have it already. */
    private LogPosition localEnd(ForkPoint fork) throws IOException {
        LogPosition end = localLog.end().orElse(new LogPosition(0, 0));
        return end.isBefore(fork.end()) ? fork.end() : end;
    }

    private static BackupException fork(String why) {
        return new BackupException(
                BackupFault.FORK,
                "comparing the local log with the archive's",
                why,
                "this directory was set back or is not the one that wrote the archive; run"
                        + " todoku-migrate takeover into an empty folder and keep this one for"
                        + " salvage");
    }
}
