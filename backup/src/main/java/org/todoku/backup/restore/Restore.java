package org.todoku.backup.restore;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.BaseManifest;
import org.todoku.backup.archive.ForkPoint;
import org.todoku.backup.archive.Lease;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;

/**
 * Carries a plan out into an empty folder, and proves before anything boots on it that the base is
 * whole and the log behind it has no gap (promise I3): Derby itself would boot short without a
 * word. When it was interrupted, the same plan into the same folder goes on where it stopped.
 */
public final class Restore {
    private static final System.Logger LOG = System.getLogger(Restore.class.getName());

    private final Archive archive;
    private final Path target;
    private final Progress progress;

    public Restore(Archive archive, Path target, Progress progress) {
        this.archive = archive;
        this.target = target.toAbsolutePath().normalize();
        this.progress = new OneAtATime(progress);
    }

    /**
     * What the restore reached.
     *
     * @param to the last segment that was applied whole, and where the restored log ends
     * @param shipped when the last of it was shipped
     * @param base the one that was restored
     * @param warnings what was found damaged and could be done without, a line each
     */
    public record Reached(
            ForkPoint to, String shipped, BaseManifest base, int segments, List<String> warnings) {
        public Reached {
            warnings = List.copyOf(warnings);
        }

        public long bytes() {
            return base.bytes();
        }
    }

    /**
     * Restores. Where an object of the base is missing or damaged it takes the next older base and
     * more log, and says so; where one of the log is, it fails. On a fault the folder holds an
     * unusable part and the fault says which object was at fault.
     *
     * @throws BackupException {@code TARGET_NOT_EMPTY} when something else lies in the folder
     */
    public Reached run(RestorePlan wanted) {
        RestorePlan plan = wanted;
        try (Lease held = Lease.take(archive, "restore", InstantSource.system())) {
            LOG.log(Level.DEBUG, "restoring under {0}", held);
            RestoreJournal journal = RestoreJournal.open(target, plan.base().id());
            while (true) {
                try {
                    new BaseRestore(archive, target, journal, progress).run(plan);
                    break;
                } catch (BackupException e) {
                    plan =
                            plan.without(e.what() + ": " + e.why())
                                    .filter(p -> isDamage(e))
                                    .orElseThrow(() -> e);
                    journal.startOver(plan.base().id());
                }
            }
            Reached reached = new LogRestore(archive, target, plan, progress).run();
            journal.close();
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

    private static boolean isDamage(BackupException e) {
        return e.fault() == BackupFault.OBJECT_DAMAGED || e.fault() == BackupFault.OBJECT_MISSING;
    }

    /** Whether a restore into this folder was begun and did not come to its end. */
    public static boolean isUnderWay(Path target) {
        return Files.exists(target.resolve(RestoreJournal.NAME));
    }

    /** Told as the restore goes on; from several threads, but one at a time. */
    public interface Progress {
        void base(long bytes, long of);

        void log(int segments, int of);
    }

    private static final class OneAtATime implements Progress {
        private final Progress progress;

        OneAtATime(Progress progress) {
            this.progress = progress;
        }

        @Override
        public synchronized void base(long bytes, long of) {
            progress.base(bytes, of);
        }

        @Override
        public synchronized void log(int segments, int of) {
            progress.log(segments, of);
        }
    }
}
