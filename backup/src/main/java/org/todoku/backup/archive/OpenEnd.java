package org.todoku.backup.archive;

import java.util.List;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;

/**
 * Where an epoch ends whose end no successor has named: before its seal, or else at the first
 * number that is missing.
 *
 * <p>A writer in a hurry has up to {@value Segment#WINDOW} segments on their way, and counts each
 * only when all before it have arrived. So when it dies one may be missing though the next is
 * there; nobody was told that any of these is in the archive. Each segment says up to which number
 * all had arrived when it was made: that tells a segment that never came from one that was deleted.
 *
 * @param counted the numbers of the segments that count, without a gap
 * @param unconfirmed those that lie behind the end; never more than {@code WINDOW - 1}
 */
record OpenEnd(List<Long> counted, List<Long> unconfirmed) {
    /**
     * Reads up to three segments.
     *
     * @param begin the last number that retention gave up
     */
    static OpenEnd find(Archive archive, long epoch, long begin) {
        List<Long> found = archive.segments(epoch).stream().filter(s -> s > begin).toList();
        int run = 0;
        while (run < found.size() && found.get(run) == begin + run + 1) {
            run++;
        }
        List<Long> counted = found.subList(0, run);
        List<Long> behind = found.subList(run, found.size());
        for (long sequence : counted.subList(Math.max(0, run - Segment.WINDOW), run)) {
            if (archive.isSeal(epoch, sequence)) {
                int end = (int) (sequence - begin) - 1;
                return new OpenEnd(found.subList(0, end), found.subList(end + 1, found.size()));
            }
        }
        for (long sequence : behind) {
            // A seal is put at the first free number, so what is missing before it was there.
            if (sequence > begin + run + Segment.WINDOW
                    || archive.isSeal(epoch, sequence)
                    || archive.segment(epoch, sequence).segment().confirmed() > begin + run) {
                throw missing(epoch, begin + run + 1L);
            }
        }
        return new OpenEnd(counted, behind);
    }

    static BackupException missing(long epoch, long sequence) {
        return new BackupException(
                BackupFault.OBJECT_MISSING,
                "reading the log of epoch " + epoch,
                "segment " + sequence + " is missing",
                "was it deleted? Restore to a moment before it, or from another copy");
    }
}
