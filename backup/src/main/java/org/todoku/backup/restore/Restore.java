package org.todoku.backup.restore;

import java.io.IOException;
import java.nio.file.Path;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.ForkPoint;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;

/**
 * Carries a plan out into an empty folder, and proves before anything boots on it that the base is
 * whole and the log behind it has no gap (promise I3): Derby itself would boot short without a
 * word. When it was interrupted, the same plan into the same folder goes on where it stopped.
 */
public final class Restore {
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
     */
    public record Reached(ForkPoint to, String shipped, long bytes, int segments) {}

    /**
     * Restores. On a fault the folder holds an unusable part and the fault says which object was at
     * fault.
     *
     * @throws BackupException {@code TARGET_NOT_EMPTY} when something else lies in the folder
     */
    public Reached run(RestorePlan plan) {
        try {
            RestoreJournal journal = RestoreJournal.open(target, plan.base().id());
            new BaseRestore(archive, target, journal, progress).run(plan);
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
