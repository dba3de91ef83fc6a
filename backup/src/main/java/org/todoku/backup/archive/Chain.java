package org.todoku.backup.archive;

import java.util.ArrayList;
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

    private Chain(Archive archive, List<Link> links) {
        this.archive = archive;
        this.links = List.copyOf(links);
    }

    /** Reads the chain that ends in the newest epoch. */
    public static Chain read(Archive archive) {
        List<Link> links = new ArrayList<>();
        Optional<Epoch> epoch = archive.newestEpoch();
        long upTo = Long.MAX_VALUE;
        while (epoch.isPresent()) {
            Epoch found = epoch.get();
            links.addFirst(new Link(found, counted(archive, found, upTo)));
            if (found.parent().isEmpty()) {
                break;
            }
            ForkPoint fork = found.parent().get();
            upTo = fork.sequence();
            epoch = Optional.of(parent(archive, fork, found));
        }
        return new Chain(archive, links);
    }

    /**
     * Ends the newest epoch and reads the chain again: from here on nothing can come to its tail
     * but the next epoch. Without any epoch there is nothing to end.
     */
    public Chain seal(String by) {
        if (links.isEmpty()) {
            return this;
        }
        Link newest = links.getLast();
        long last = newest.segments().isEmpty() ? 0 : newest.segments().getLast();
        archive.seal(newest.epoch().number(), last, by);
        return read(archive);
    }

    public Optional<Epoch> newest() {
        return links.isEmpty() ? Optional.empty() : Optional.of(links.getLast().epoch());
    }

    public List<Link> links() {
        return links;
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
     * One line when the newest epoch's writer said that it had shipped more than there is now: the
     * loss of the last segments shows nowhere else, since nothing names them yet.
     */
    public Optional<String> lostTail() {
        long epoch = newest().map(Epoch::number).orElse(0L);
        LogPosition end = tail().map(ForkPoint::end).orElse(new LogPosition(0, 0));
        return archive.heartbeat()
                .filter(heartbeat -> heartbeat.epoch() == epoch)
                .filter(heartbeat -> heartbeat.shipped().isAfter(end))
                .map(
                        heartbeat ->
                                "the newest log is missing: at %s its writer had shipped up to %s, the archive ends at %s"
                                        .formatted(heartbeat.time(), heartbeat.shipped(), end));
    }

    private static List<Long> counted(Archive archive, Epoch epoch, long upTo) {
        List<Long> found = archive.segments(epoch.number());
        if (upTo == Long.MAX_VALUE && !found.isEmpty()) {
            // Only the last can be a seal; behind a fork point nothing counts anyway.
            long last = found.getLast();
            if (archive.isSeal(epoch.number(), last)) {
                found = found.subList(0, found.size() - 1);
            }
        }
        List<Long> counted = found.stream().filter(sequence -> sequence <= upTo).toList();
        for (int i = 0; i < counted.size(); i++) {
            if (counted.get(i) != i + 1) {
                throw missing(epoch.number(), i + 1L);
            }
        }
        if (upTo != Long.MAX_VALUE && counted.size() < upTo) {
            throw missing(epoch.number(), counted.size() + 1L);
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

    private static BackupException missing(long epoch, long sequence) {
        return new BackupException(
                BackupFault.OBJECT_MISSING,
                "reading the log of epoch " + epoch,
                "segment " + sequence + " is missing",
                "was it deleted? Restore to a moment before it, or from another copy");
    }

    /** An epoch and the sequence numbers of its segments that count, ascending from 1. */
    public record Link(Epoch epoch, List<Long> segments) {
        public Link {
            segments = List.copyOf(segments);
        }
    }

    /** Names a segment. */
    public record SegmentRef(long epoch, long sequence) {}
}
