package org.todoku.backup;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.archive.Epoch;
import org.todoku.backup.archive.Feeding;
import org.todoku.backup.archive.Feedings;

/**
 * What a start waits for: while the disk hung, a standby's word alone may have been enough for a
 * commit, and then neither this disk nor the archive has it. A standby whose stream breaks leaves
 * in the archive what that lacks; here it gets a moment to do so. Who stays silent does not keep
 * the service down: it is said, in the log and in the state of the system.
 */
final class LastWords {
    private static final System.Logger LOG = System.getLogger(LastWords.class.getName());
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long LOOK_NANOS = 250_000_000;

    private LastWords() {}

    /**
     * Waits for those who were fed by the epoch that is about to be ended.
     *
     * @return those who have said nothing, and may have what is nowhere else
     */
    static List<Feeding> await(Archive archive, Chain found) {
        long epoch = found.newest().map(Epoch::number).orElse(0L);
        Feedings feedings = new Feedings(archive);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        List<Feeding> silent = silent(feedings, epoch);
        while (!silent.isEmpty() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(LOOK_NANOS);
            silent = silent(feedings, epoch);
        }
        for (Feeding feeding : silent) {
            LOG.log(
                    Level.ERROR,
                    "the standby on {0} may have confirmed commits of epoch {1} that neither this"
                            + " disk nor the archive has, and it is silent: this host goes on"
                            + " without them. Hint: let that standby reach the archive; it keeps"
                            + " what differs, for salvage",
                    feeding.host(),
                    epoch);
        }
        return silent;
    }

    private static List<Feeding> silent(Feedings feedings, long epoch) {
        return feedings.silent(epoch, "").stream().filter(Feeding::alone).toList();
    }
}
