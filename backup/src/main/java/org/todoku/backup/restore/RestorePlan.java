package org.todoku.backup.restore;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.todoku.backup.archive.BaseCatalogue;
import org.todoku.backup.archive.BaseLayers;
import org.todoku.backup.archive.BaseManifest;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.archive.Chain.SegmentRef;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;

/**
 * What a restore reads: a base with those under it, and the segments after it, in order. A pure
 * function of the catalogue. Knows which older base would do when this one turns out to be damaged:
 * what is restored is the same, only more of it is log.
 */
public final class RestorePlan {
    private final Wanted wanted;
    private final List<BaseManifest> older;
    private final List<BaseManifest> bases;
    private final List<SegmentRef> segments;
    private final List<String> warnings;

    private record Wanted(Chain chain, List<BaseManifest> all, RestoreTarget target) {}

    private RestorePlan(
            Wanted wanted,
            List<BaseManifest> bases,
            List<BaseManifest> older,
            List<String> warnings) {
        this.wanted = wanted;
        this.bases = List.copyOf(bases);
        this.older = List.copyOf(older);
        this.segments = wanted.chain().after(base().chain());
        this.warnings = List.copyOf(warnings);
    }

    /** As {@link #of(Chain, BaseCatalogue, RestoreTarget)}. */
    public static RestorePlan of(Chain chain, List<BaseManifest> bases, Optional<Instant> at) {
        return of(chain, new BaseCatalogue(bases, List.of()), RestoreTarget.of(at));
    }

    /** Chooses the newest base that lies on the chain and not after the state wanted. */
    public static RestorePlan of(Chain chain, BaseCatalogue catalogue, RestoreTarget target) {
        Wanted wanted = new Wanted(chain, catalogue.bases(), target);
        return choose(wanted, usable(wanted), catalogue.unreadable());
    }

    /** The first of the candidates that has all bases under it. */
    private static RestorePlan choose(
            Wanted wanted, List<BaseManifest> candidates, List<String> warnings) {
        List<String> more = new ArrayList<>(warnings);
        BackupException first = null;
        for (int i = 0; i < candidates.size(); i++) {
            try {
                List<BaseManifest> line = BaseLayers.line(candidates.get(i), wanted.all());
                List<BaseManifest> older = candidates.subList(i + 1, candidates.size());
                return new RestorePlan(wanted, line, older, more);
            } catch (BackupException e) {
                more.add(e.what() + ": " + e.why());
                first = first == null ? e : first;
            }
        }
        throw first == null ? noBase(wanted.target()) : first;
    }

    /**
     * The plan with the next older base; empty when there is none.
     *
     * @param why what is wrong with the base of this plan
     */
    Optional<RestorePlan> without(String why) {
        if (older.isEmpty()) {
            return Optional.empty();
        }
        List<String> more = new ArrayList<>(warnings);
        more.add("base " + base().id() + " could not be used (" + why + ")");
        return Optional.of(choose(wanted, older, more));
    }

    /** The full one first; the last is the one that is restored. */
    public List<BaseManifest> bases() {
        return bases;
    }

    /** The base that is restored. */
    public BaseManifest base() {
        return bases.getLast();
    }

    public List<SegmentRef> segments() {
        return segments;
    }

    public RestoreTarget target() {
        return wanted.target();
    }

    /** What was found damaged on the way to this plan, a line each. */
    public List<String> warnings() {
        return warnings;
    }

    /** How many objects the restore reads, at most. */
    public long objects() {
        long ofBases = bases.stream().mapToLong(base -> base.packs().size() + 2L).sum();
        return ofBases + segments.size();
    }

    private static List<BaseManifest> usable(Wanted wanted) {
        return wanted.all().stream()
                .filter(wanted.chain()::leadsOnFrom)
                .filter(candidate -> !isAfter(candidate, wanted.target()))
                .sorted(
                        Comparator.comparing((BaseManifest base) -> Instant.parse(base.taken()))
                                .reversed())
                .toList();
    }

    private static boolean isAfter(BaseManifest base, RestoreTarget target) {
        return switch (target) {
            case RestoreTarget.Newest newest -> false;
            case RestoreTarget.Moment moment -> Instant.parse(base.taken()).isAfter(moment.at());
            case RestoreTarget.Position position -> base.end().isAfter(position.at());
        };
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
