package org.todoku.backup.restore;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.volume.ContinuousRedo;
import org.todoku.backup.volume.LocalLog;
import org.todoku.backup.volume.LogChunk;
import org.todoku.backup.volume.LogPosition;

/** That what a standby has already is the same as what comes from the archive. */
final class Agreement {
    private Agreement() {}

    /**
     * Compares what both have.
     *
     * @throws BackupException {@code FORK} when it differs
     */
    static void require(ContinuousRedo redo, Path database, LogChunk chunk) {
        LogPosition end = redo.end();
        if (!chunk.start().isBefore(end)) {
            return;
        }
        boolean whole = !chunk.end().isAfter(end);
        int known = whole ? chunk.bytes().length : (int) (end.offset() - chunk.start().offset());
        LogChunk common = new LogChunk(chunk.start(), Arrays.copyOf(chunk.bytes(), known));
        redo.force();
        LocalLog log = new LocalLog(database);
        try {
            if (log.files().contains(chunk.start().file()) && !holds(log, common)) {
                throw differs("the standby's log differs from the archive's at " + chunk.start());
            }
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** The marker that ends a file is not there before the next file is. */
    private static boolean holds(LocalLog log, LogChunk chunk) throws IOException {
        int length = chunk.bytes().length;
        while (length > 0 && chunk.bytes()[length - 1] == 0) {
            length--;
        }
        return log.holds(new LogChunk(chunk.start(), Arrays.copyOf(chunk.bytes(), length)));
    }

    static BackupException differs(String why) {
        return new BackupException(
                BackupFault.FORK,
                "following the archive",
                why,
                "the standby restores from the newest base again");
    }

    static BackupException unreadable(IOException e) {
        return new BackupException(
                BackupFault.DISK_FAILED,
                "comparing the standby's log with the archive's",
                e.toString(),
                "look at the disk",
                e);
    }
}
