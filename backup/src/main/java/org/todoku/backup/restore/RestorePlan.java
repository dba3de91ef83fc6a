package org.todoku.backup.restore;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.todoku.backup.archive.BaseManifest;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.archive.Chain.SegmentRef;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;

/**
 * What a restore reads: one base and the segments after it, in order. A pure function of the
 * catalogue.
 *
 * @param at stop before the first segment shipped after this; empty for the newest state
 */
public record RestorePlan(BaseManifest base, List<SegmentRef> segments, Optional<Instant> at) {
    public RestorePlan {
        segments = List.copyOf(segments);
    }

    /** Chooses the newest base that lies on the chain and not after the moment wanted. */
    public static RestorePlan of(Chain chain, List<BaseManifest> bases, Optional<Instant> at) {
        BaseManifest base =
                bases.stream()
                        .filter(candidate -> isOn(chain, candidate))
                        .filter(
                                candidate ->
                                        at.isEmpty()
                                                || !Instant.parse(candidate.taken())
                                                        .isAfter(at.get()))
                        .max(Comparator.comparing(candidate -> Instant.parse(candidate.taken())))
                        .orElseThrow(() -> noBase(at));
        return new RestorePlan(base, chain.after(base.chain()), at);
    }

    private static boolean isOn(Chain chain, BaseManifest base) {
        if (base.chain().sequence() == 0) {
            return !chain.links().isEmpty()
                    && chain.links().getFirst().epoch().number() == base.chain().epoch();
        }
        return chain.links().stream()
                .anyMatch(
                        link ->
                                link.epoch().number() == base.chain().epoch()
                                        && link.segments().contains(base.chain().sequence()));
    }

    private static BackupException noBase(Optional<Instant> at) {
        return new BackupException(
                at.isPresent() ? BackupFault.BEFORE_BASE_END : BackupFault.NO_BASE,
                "planning the restore" + at.map(moment -> " to " + moment).orElse(""),
                at.isPresent() ? "no base is that old" : "the archive holds no complete base",
                at.isPresent()
                        ? "todoku-migrate list shows from when on a restore is possible"
                        : "was it set up lately? The old host must have finished its first base");
    }
}
