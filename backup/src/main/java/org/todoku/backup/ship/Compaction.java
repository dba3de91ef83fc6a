package org.todoku.backup.ship;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.BooleanSupplier;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.archive.Segment;

/**
 * Puts segments that follow each other into one object once more, so that a day is some dozens of
 * objects to restore from and not 86,400. Nothing is deleted here: {@link Retention} does that
 * later. The bytes of each segment stay as they are, and with them its hash and the chain.
 *
 * <p>An object holds at most {@value #MOST} segments and about {@value #BYTES} bytes. Of the newest
 * epoch only what fills an object is taken, and nothing near its end. May be killed at any moment.
 */
public final class Compaction {
    private static final int MOST = 3600;
    private static final int FEW = 8;
    private static final int BYTES = 8 * 1024 * 1024;
    // Behind these nothing of the newest epoch can still be on its way.
    private static final int TAIL = Segment.WINDOW * 4;

    private final Archive archive;

    public Compaction(Archive archive) {
        this.archive = archive;
    }

    /**
     * One run over the whole chain.
     *
     * @param goOn asked before each segment that is read
     * @return how many objects were made
     */
    public int run(BooleanSupplier goOn) {
        Chain chain = Chain.read(archive);
        int made = 0;
        for (Chain.Link link : chain.links()) {
            boolean newest = link.equals(chain.links().getLast());
            long epoch = link.epoch().number();
            List<Long> numbers = link.segments();
            int end = newest ? Math.max(0, numbers.size() - TAIL) : numbers.size();
            for (List<Long> row : rows(numbers.subList(0, end), archive.compactedSegments(epoch))) {
                made += compact(epoch, row, newest, goOn);
            }
        }
        return made;
    }

    /** What no compacted object has yet, cut where one has. */
    private static List<List<Long>> rows(List<Long> numbers, SortedMap<Long, Long> compacted) {
        List<List<Long>> rows = new ArrayList<>();
        List<Long> row = new ArrayList<>();
        for (long number : numbers) {
            if (isIn(compacted, number)) {
                rows.add(row);
                row = new ArrayList<>();
            } else {
                row.add(number);
            }
        }
        rows.add(row);
        return rows;
    }

    private static boolean isIn(SortedMap<Long, Long> compacted, long number) {
        for (Map.Entry<Long, Long> range : compacted.entrySet()) {
            if (number >= range.getKey() && number <= range.getValue()) {
                return true;
            }
        }
        return false;
    }

    private int compact(long epoch, List<Long> row, boolean newest, BooleanSupplier goOn) {
        int made = 0;
        List<byte[]> held = new ArrayList<>();
        long bytes = 0;
        long first = 0;
        for (long number : row) {
            if (!goOn.getAsBoolean()) {
                return made;
            }
            if (held.isEmpty()) {
                first = number;
            }
            byte[] content = archive.segmentContent(epoch, number);
            held.add(content);
            bytes += content.length;
            if (held.size() >= MOST || bytes >= BYTES) {
                made += put(epoch, first, held);
                held.clear();
                bytes = 0;
            }
        }
        // The newest epoch goes on: its rest fills an object later.
        return newest ? made : made + put(epoch, first, held);
    }

    private int put(long epoch, long first, List<byte[]> held) {
        if (held.size() < FEW) {
            return 0;
        }
        archive.putCompacted(epoch, first, held);
        return 1;
    }
}
