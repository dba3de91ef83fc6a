package org.todoku.migrate;

import java.nio.file.Path;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.restore.RestorePlan;
import org.todoku.backup.restore.RestoreTarget;
import org.todoku.backup.restore.RestoredDatabase;

/** The newest state of the archive, restored for a while to be read; the service is not touched. */
final class ArchivedCopy {
    private ArchivedCopy() {}

    /**
     * Restores and boots it; to be closed, and the folder to be deleted.
     *
     * @param scratch a folder that nobody else reads: it will hold the members' data
     */
    static RestoredDatabase open(Archive archive, Chain chain, Path scratch, Output output) {
        RestorePlan plan = RestorePlan.of(chain, archive.catalogue(), new RestoreTarget.Newest());
        Path data = scratch.resolve("data");
        new Restoring(archive, data, output.told("restore")).run(plan);
        return RestoredDatabase.boot(data.resolve("db"));
    }
}
