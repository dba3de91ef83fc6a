package org.todoku.backup.archive;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.objects.BucketProbe.Check;

/**
 * What the probe found out about the store of an archive, kept in the archive itself: where it lets
 * two writers win the same key, an epoch is no fence, and nobody may rely on one.
 *
 * @param checked RFC 3339, UTC
 * @param version of the program that probed
 */
public record ProbeVerdict(String checked, String version, List<Check> checks) {
    public ProbeVerdict {
        checks = List.copyOf(checks);
    }

    /** Whether a claimed epoch really keeps every other writer out. */
    public boolean fences() {
        return failed().isEmpty();
    }

    /** The first check that a fence needs and that failed. */
    public Optional<Check> failed() {
        return checks.stream().filter(check -> check.needed() && !check.kept()).findFirst();
    }

    /**
     * For what relies on the fence alone.
     *
     * @param what is about to be done
     * @param otherwise how a person can answer for the fence
     * @throws BackupException {@code STORE_UNFIT} where an epoch fences nobody
     */
    public void requireFence(String what, String otherwise) {
        if (!fences()) {
            String names =
                    checks.stream()
                            .filter(check -> check.needed() && !check.kept())
                            .map(Check::name)
                            .collect(Collectors.joining(", "));
            throw new BackupException(
                    BackupFault.STORE_UNFIT,
                    what,
                    "the probe of %s found that this store does not keep: %s; so another host could go on writing unnoticed"
                            .formatted(checked, names),
                    otherwise);
        }
    }
}
