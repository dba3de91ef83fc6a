package org.todoku.backup.restore;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.todoku.backup.archive.BaseLayers;
import org.todoku.backup.archive.BaseManifest;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.archive.Chain.SegmentRef;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;

/**
 * What a restore reads: a base with those under it, and the segments after it, in order. A pure
 * function of the catalogue.
 *
 * @param bases the full one first; the last is the one that is restored
 */
public record RestorePlan(
        List<BaseManifest> bases, List<SegmentRef> segments, RestoreTarget target) {
    public RestorePlan {
        bases = List.copyOf(bases);
        segments = List.copyOf(segments);
    }

    /** As {@link #of(Chain, List, RestoreTarget)}. */
    public static RestorePlan of(Chain chain, List<BaseManifest> bases, Optional<Instant> at) {
        return of(chain, bases, RestoreTarget.of(at));
    }

    /** Chooses the newest base that lies on the chain and not after the state wanted. */
    public static RestorePlan of(Chain chain, List<BaseManifest> bases, RestoreTarget target) {
        BaseManifest base =
                bases.stream()
                        .filter(candidate -> isOn(chain, candidate))
                        .filter(candidate -> !isAfter(candidate, target))
                        .max(Comparator.comparing(candidate -> Instant.parse(candidate.taken())))
                        .orElseThrow(() -> noBase(target));
        return new RestorePlan(BaseLayers.line(base, bases), chain.after(base.chain()), target);
    }

    /** The base that is restored. */
    public BaseManifest base() {
        return bases.getLast();
    }

    private static boolean isAfter(BaseManifest base, RestoreTarget target) {
        return switch (target) {
            case RestoreTarget.Newest newest -> false;
            case RestoreTarget.Moment moment -> Instant.parse(base.taken()).isAfter(moment.at());
            case RestoreTarget.Position position -> base.end().isAfter(position.at());
        };
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

    private static BackupException noBase(RestoreTarget target) {
        boolean newest = target instanceof RestoreTarget.Newest;
        return new BackupException(
                newest ? BackupFault.NO_BASE : BackupFault.BEFORE_BASE_END,
                "planning the restore" + (newest ? "" : " to " + target.text()),
                newest ? "the archive holds no complete base" : "no base is that old",
                newest
                        ? "was it set up lately? The old host must have finished its first base"
                        : "todoku-migrate list shows from when on a restore is possible");
    }
}
