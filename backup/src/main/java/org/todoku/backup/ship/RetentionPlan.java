package org.todoku.backup.ship;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.todoku.backup.archive.BaseLayers;
import org.todoku.backup.archive.BaseManifest;
import org.todoku.backup.archive.Chain;

/**
 * What retention may give up: a pure function of what there is. Stays: the base from which the
 * oldest moment of the kept time is restored, the {@value #GENERATIONS} before it, all after it,
 * the newest two, the newest two that were verified, whatever lies under any of these, and the log
 * from the oldest of them on.
 *
 * @param delete the bases that go, each before those it lies over
 * @param oldest the oldest base from which a restore stays possible; empty when nothing is given up
 */
record RetentionPlan(List<BaseManifest> delete, Optional<BaseManifest> oldest) {
    private static final int GENERATIONS = 2;
    private static final int NEWEST = 2;

    RetentionPlan {
        delete = List.copyOf(delete);
    }

    /**
     * @param from the oldest moment that must be restorable
     * @param verified ids of bases that somebody has read back and found whole
     */
    static RetentionPlan of(
            Chain chain, List<BaseManifest> all, Instant from, Set<String> verified) {
        List<BaseManifest> newestFirst =
                all.stream()
                        .filter(base -> chain.leadsOnFrom(base))
                        .sorted(
                                Comparator.comparing(
                                                (BaseManifest base) -> Instant.parse(base.taken()))
                                        .reversed())
                        .toList();
        int needed = 0;
        while (needed < newestFirst.size()
                && Instant.parse(newestFirst.get(needed).taken()).isAfter(from)) {
            needed++;
        }
        if (needed == newestFirst.size()) {
            // None is old enough yet: all of them are needed.
            return new RetentionPlan(List.of(), Optional.empty());
        }
        int byTime = Math.max(needed + 1 + GENERATIONS, NEWEST);
        Set<BaseManifest> direct = new HashSet<>();
        newestFirst.stream().limit(byTime).forEach(direct::add);
        newestFirst.stream()
                .filter(base -> verified.contains(base.id()))
                .limit(NEWEST)
                .forEach(direct::add);
        // Of those that only lie under others the blocks are needed, the log behind them is not.
        Set<String> stay = new HashSet<>();
        for (BaseManifest base : direct) {
            BaseLayers.line(base, all).forEach(under -> stay.add(under.id()));
        }
        List<BaseManifest> delete = new ArrayList<>();
        for (BaseManifest base : all) {
            // What lies beside the chain was written by a host that was fenced: it goes by its age.
            boolean old = chain.leadsOnFrom(base) || !Instant.parse(base.taken()).isAfter(from);
            if (old && !stay.contains(base.id())) {
                delete.add(base);
            }
        }
        delete.sort(Comparator.comparingInt(BaseManifest::depth).reversed());
        Optional<BaseManifest> oldest =
                newestFirst.reversed().stream().filter(direct::contains).findFirst();
        return new RetentionPlan(delete, oldest);
    }
}
