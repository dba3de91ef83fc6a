package org.todoku.backup.restore;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.archive.Chain.SegmentRef;
import org.todoku.backup.archive.ForkPoint;
import org.todoku.backup.archive.SealedSegment;
import org.todoku.backup.volume.LogPosition;

/**
 * How far a standby has followed the archive.
 *
 * @param epoch whose segments come next
 * @param sequence the last one of this epoch that was taken; 0 before the first
 * @param last the last segment that was taken, of this epoch or of an earlier one
 */
record StandbyPlace(long epoch, long sequence, ForkPoint last) {
    /** A segment of this or a later epoch was taken. */
    StandbyPlace after(SealedSegment taken) {
        var segment = taken.segment();
        return new StandbyPlace(
                segment.epoch(),
                segment.sequence(),
                new ForkPoint(segment.epoch(), segment.sequence(), taken.hash(), segment.end()));
    }

    /** The next epoch goes on from here. */
    StandbyPlace in(long next) {
        return new StandbyPlace(next, 0, last);
    }

    /** What there is behind this place, oldest first. */
    List<SegmentRef> behind(Chain chain) {
        return refs(chain).stream()
                .filter(
                        ref ->
                                ref.epoch() > epoch
                                        || (ref.epoch() == epoch && ref.sequence() > sequence))
                .toList();
    }

    /**
     * The place from which a directory goes on whose log ends there: before the first segment that
     * ends later. Reads a few segments. Empty when the archive does not reach back so far.
     */
    static Optional<StandbyPlace> of(Archive archive, Chain chain, LogPosition end) {
        List<SegmentRef> refs = refs(chain);
        int low = 0;
        int high = refs.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            boolean later = read(archive, refs.get(middle)).segment().end().isAfter(end);
            low = later ? low : middle + 1;
            high = later ? middle : high;
        }
        if (low == refs.size()) {
            return chain.tail().map(tail -> atTheEnd(chain, tail));
        }
        SealedSegment next = read(archive, refs.get(low));
        LogPosition start = next.segment().start();
        boolean joins =
                !start.isAfter(end) || (start.file() == end.file() + 1 && start.offset() == 0);
        if (!joins) {
            return Optional.empty();
        }
        SegmentRef ref = refs.get(low);
        SegmentRef before =
                low == 0 ? new SegmentRef(ref.epoch(), ref.sequence() - 1) : refs.get(low - 1);
        ForkPoint last =
                new ForkPoint(before.epoch(), before.sequence(), next.segment().previous(), start);
        return Optional.of(new StandbyPlace(ref.epoch(), ref.sequence() - 1, last));
    }

    private static StandbyPlace atTheEnd(Chain chain, ForkPoint tail) {
        Chain.Link newest = chain.links().getLast();
        long sequence = newest.segments().isEmpty() ? 0 : newest.segments().getLast();
        return new StandbyPlace(newest.epoch().number(), sequence, tail);
    }

    private static SealedSegment read(Archive archive, SegmentRef ref) {
        return archive.segment(ref.epoch(), ref.sequence());
    }

    private static List<SegmentRef> refs(Chain chain) {
        List<SegmentRef> refs = new ArrayList<>();
        for (Chain.Link link : chain.links()) {
            link.segments().forEach(s -> refs.add(new SegmentRef(link.epoch().number(), s)));
        }
        return refs;
    }
}
