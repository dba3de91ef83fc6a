package org.todoku.backup.restore;

import java.util.Optional;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.archive.Epoch;
import org.todoku.backup.archive.ForkPoint;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;

/** May this host write to the archive at all (promise I5)? Asked before the engine boots. */
public final class BootGuard {
    private final NodeFile node;

    public BootGuard(NodeFile node) {
        this.node = node;
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
}
