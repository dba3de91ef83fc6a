package org.todoku.backup.archive;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.volume.LogPosition;

/**
 * The line of epochs to the newest, and in each the segments that count: all up to the fork point
 * that its successor names. An epoch under which nothing was shipped is not part of it. Made from
 * listings, so only for starts and restores.
 */
public final class Chain {
    private final Archive archive;
    private final List<Link> links;
    private final List<SegmentRef> unconfirmed;

    private Chain(Archive archive, List<Link> links, List<SegmentRef> unconfirmed) {
        this.archive = archive;
        this.links = List.copyOf(links);
        this.unconfirmed = List.copyOf(unconfirmed);
    }

    /** Reads the chain that ends in the newest epoch. */
    public static Chain read(Archive archive) {
        List<Link> links = new ArrayList<>();
        Optional<Epoch> newest = archive.newestEpoch();
        if (newest.isEmpty()) {
            return new Chain(archive, links, List.of());
        }
        Optional<Expired> expired = archive.expired();
        Epoch epoch = newest.get();
        OpenEnd end = OpenEnd.find(archive, epoch.number(), before(expired, epoch.number()));
        links.add(new Link(epoch, end.counted()));
        while (epoch.parent().isPresent()) {
            ForkPoint fork = epoch.parent().get();
            if (fork.epoch() < expired.map(Expired::epoch).orElse(0L)) {
                // Behind the end of what retention keeps.
                break;
            }
            epoch = parent(archive, fork, epoch);
            long begin = before(expired, epoch.number());
            links.addFirst(new Link(epoch, between(archive, epoch, begin, fork.sequence())));
        }
        long last = newest.get().number();
        List<SegmentRef> unconfirmed =
                end.unconfirmed().stream().map(s -> new SegmentRef(last, s)).toList();
        return new Chain(archive, links, unconfirmed);
    }

    /**
     * Ends the newest epoch and reads the chain again: from here on nothing can come to its tail
     * but the next epoch. Without any epoch there is nothing to end.
     *
     * @throws BackupException {@code CLAIM_LOST} when another epoch was claimed meanwhile
     */
    public Chain seal(String by) {
        if (links.isEmpty()) {
            return this;
        }
        Link newest = links.getLast();
        long known = newest.segments().isEmpty() ? 0 : newest.segments().getLast();
        // What a standby confirmed and the archive lacks belongs to this epoch.
        long last = new Feedings(archive).bringIn(newest.epoch().number(), tail(), known);
        long seal = archive.seal(newest.epoch().number(), last, by);
        Chain ended = read(archive);
        Epoch now = ended.links.getLast().epoch();
        if (now.number() != newest.epoch().number()) {
            throw new BackupException(
                    BackupFault.CLAIM_LOST,
                    "ending epoch " + newest.epoch().number(),
                    "epoch %d was claimed by %s at the same moment"
                            .formatted(now.number(), now.host()),
                    "todoku-migrate status shows who serves now");
        }
        ended.requireEnd(seal - 1);
        return ended;
    }

    /** The puts found this end: a listing that does not reach it lags, or something is gone. */
    private void requireEnd(long sequence) {
        Link newest = links.getLast();
        long epoch = newest.epoch().number();
        long reached =
                newest.segments().isEmpty()
                        ? before(archive.expired(), epoch)
                        : newest.segments().getLast();
        // What lies between and does not count was void before the seal came.
        long last = reached;
        while (unconfirmed.contains(new SegmentRef(epoch, last + 1))) {
            last++;
        }
        if (last != sequence) {
            throw new BackupException(
                    BackupFault.OBJECT_MISSING,
                    "reading the end of epoch " + epoch,
                    "its last segment is %d, but the listing ends at %d"
                            .formatted(sequence, reached),
                    "does this store list late? Try again in a minute; todoku-migrate probe finds"
                            + " it out");
        }
    }

    public Optional<Epoch> newest() {
        return links.isEmpty() ? Optional.empty() : Optional.of(links.getLast().epoch());
    }

    public List<Link> links() {
        return links;
    }

    /**
     * Segments behind the end of the newest epoch, which do not count: its writer died, or was
     * sealed, before the one in front of them had arrived. It told nobody that they were safe; but
     * where something was deleted just at the end it can look the same, so whoever restores says
     * it.
     */
    public List<SegmentRef> unconfirmed() {
        return unconfirmed;
    }

    /** Whether a restore from this base can go on with the segments that there are. */
    public boolean leadsOnFrom(BaseManifest base) {
        ForkPoint point = base.chain();
        for (Link link : links) {
            if (link.epoch().number() == point.epoch()) {
                List<Long> segments = link.segments();
                long first = segments.isEmpty() ? 1 : segments.getFirst();
                // Before the very first segment there is none to go on from.
                return point.sequence() == 0
                        ? first == 1
                        : point.sequence() >= first && point.sequence() < first + segments.size();
            }
        }
        return false;
    }

    /** The segments of the chain after this point, oldest first. */
    public List<SegmentRef> after(ForkPoint point) {
        List<SegmentRef> refs = new ArrayList<>();
        for (Link link : links) {
            long number = link.epoch().number();
            for (long sequence : link.segments()) {
                boolean later =
                        number > point.epoch()
                                || (number == point.epoch() && sequence > point.sequence());
                if (later) {
                    refs.add(new SegmentRef(number, sequence));
                }
            }
        }
        return refs;
    }

    /** The end of what was shipped: where the next epoch forks off. Empty before any segment. */
    public Optional<ForkPoint> tail() {
        if (links.isEmpty()) {
            return Optional.empty();
        }
        Link newest = links.getLast();
        if (newest.segments().isEmpty()) {
            return newest.epoch().parent();
        }
        long epoch = newest.epoch().number();
        long sequence = newest.segments().getLast();
        SealedSegment last = archive.segment(epoch, sequence);
        return Optional.of(new ForkPoint(epoch, sequence, last.hash(), last.segment().end()));
    }

    /**
     * One line when a writer said that it had shipped more than there is now: the loss of the last
     * segments, or of the newest epoch, may show nowhere else, since nothing names them yet.
     */
    public Optional<String> lostTail() {
        long epoch = newest().map(Epoch::number).orElse(0L);
        LogPosition end = tail().map(ForkPoint::end).orElse(new LogPosition(0, 0));
        return archive.heartbeat()
                .filter(
                        heartbeat ->
                                heartbeat.epoch() > epoch
                                        || (heartbeat.epoch() == epoch
                                                && heartbeat.shipped().isAfter(end)))
                .map(
                        heartbeat ->
                                "the newest log is missing: at %s the writer of epoch %d had shipped up to %s, the archive ends at %s in epoch %d"
                                        .formatted(
                                                heartbeat.time(),
                                                heartbeat.epoch(),
                                                heartbeat.shipped(),
                                                end,
                                                epoch));
    }

    /**
     * One line when the newest epoch that anything was shipped under has no capsule: each puts its
     * own before it ships, so somebody deleted it, and what {@link Archive#capsule} finds is older.
     * Lists.
     */
    public Optional<String> lostCapsule() {
        Optional<Long> shipped =
                links.stream()
                        .filter(link -> !link.segments().isEmpty())
                        .map(link -> link.epoch().number())
                        .max(Comparator.naturalOrder());
        return shipped.filter(epoch -> !archive.hasCapsule(epoch))
                .map(
                        epoch ->
                                "the capsule of epoch %d is missing: what is known of configuration and secret files is older"
                                        .formatted(epoch));
    }

    /** The last number of an epoch that was given up; 0 when none was. */
    private static long before(Optional<Expired> expired, long epoch) {
        return expired.filter(e -> e.epoch() == epoch).map(Expired::sequence).orElse(0L);
    }

    private static List<Long> between(Archive archive, Epoch epoch, long begin, long end) {
        List<Long> counted =
                archive.segments(epoch.number()).stream()
                        .filter(s -> s > begin && s <= end)
                        .toList();
        for (long number = begin + 1; number <= end; number++) {
            int i = (int) (number - begin - 1);
            if (i >= counted.size() || counted.get(i) != number) {
                throw OpenEnd.missing(epoch.number(), number);
            }
        }
        return counted;
    }

    private static Epoch parent(Archive archive, ForkPoint fork, Epoch child) {
        return archive.epoch(fork.epoch())
                .orElseThrow(
                        () ->
                                new BackupException(
                                        BackupFault.OBJECT_MISSING,
                                        "reading the line of epochs",
                                        "epoch %d names epoch %d as its parent, which is not there"
                                                .formatted(child.number(), fork.epoch()),
                                        "was something deleted from the archive?"));
    }

    /**
     * An epoch and the sequence numbers of its segments that count, ascending without a gap; from
     * 1, or in the first link from where retention keeps them.
     */
    public record Link(Epoch epoch, List<Long> segments) {
        public Link {
            segments = List.copyOf(segments);
        }
    }

    /** Names a segment. */
    public record SegmentRef(long epoch, long sequence) {}
}
