package org.todoku.backup.archive;

import java.util.ArrayList;
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
     * Reads up to three segments, and one more for each that was sent in a hurry.
     *
     * @param begin the last number that retention gave up
     */
    static OpenEnd find(Archive archive, long epoch, long begin) {
        List<Long> found = archive.segments(epoch).stream().filter(s -> s > begin).toList();
        int run = 0;
        while (run < found.size() && found.get(run) == begin + run + 1) {
            run++;
        }
        List<Long> behind = found.subList(run, found.size());
        for (int i = Math.max(0, run - Segment.WINDOW); i < run; i++) {
            if (archive.isSeal(epoch, found.get(i))) {
                return linked(
                        archive, epoch, found.subList(0, i), found.subList(i + 1, found.size()));
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
        return linked(archive, epoch, found.subList(0, run), behind);
    }

    /**
     * Where somebody has brought in what a standby had, under the number that never came, those
     * that the writer had sent behind it name another: they are void.
     */
    private static OpenEnd linked(
            Archive archive, long epoch, List<Long> counted, List<Long> behind) {
        int end = counted.size();
        for (int i = Math.max(1, end - (Segment.WINDOW - 1)); i < end; i++) {
            Segment segment = archive.segment(epoch, counted.get(i)).segment();
            boolean hurried = segment.confirmed() < segment.sequence() - 1;
            if (hurried
                    && !segment.previous()
                            .equals(archive.segment(epoch, counted.get(i - 1)).hash())) {
                List<Long> all = new ArrayList<>(counted.subList(i, end));
                all.addAll(behind);
                return new OpenEnd(counted.subList(0, i), all);
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
