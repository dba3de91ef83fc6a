package org.todoku.appliance.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How long calls took, and when they ended. Each thread notes into a recorder of its own, so that
 * the measuring does not make the threads wait for each other; to be read when they have ended.
 */
final class Latencies {
    private final List<Recorder> recorders = new ArrayList<>();

    /** For one thread. */
    synchronized Recorder recorder() {
        Recorder recorder = new Recorder();
        recorders.add(recorder);
        return recorder;
    }

    /** Those that ended in this time of {@link System#nanoTime}. */
    synchronized Window between(long from, long to) {
        long[] found = new long[recorders.stream().mapToInt(recorder -> recorder.count).sum()];
        int count = 0;
        for (Recorder recorder : recorders) {
            for (int i = 0; i < recorder.count; i++) {
                if (recorder.ended[i] - from >= 0 && recorder.ended[i] - to < 0) {
                    found[count++] = recorder.nanos[i];
                }
            }
        }
        long[] sorted = Arrays.copyOf(found, count);
        Arrays.sort(sorted);
        return new Window(sorted, to - from);
    }

    /** One thread's notes. */
    static final class Recorder {
        private long[] ended = new long[4096];
        private long[] nanos = new long[4096];
        private int count;

        void note(long startNanos, long endNanos) {
            if (count == ended.length) {
                ended = Arrays.copyOf(ended, count * 2);
                nanos = Arrays.copyOf(nanos, count * 2);
            }
            ended[count] = endNanos;
            nanos[count] = endNanos - startNanos;
            count++;
        }
    }

    /** What was found in a span of time, sorted. */
    static final class Window {
        private final long[] sorted;
        private final long span;

        private Window(long[] sorted, long span) {
            this.sorted = sorted;
            this.span = span;
        }

        int count() {
            return sorted.length;
        }

        double perSecond() {
            return sorted.length * 1e9 / span;
        }

        /** In milliseconds; NaN when there was nothing. */
        double quantile(double share) {
            return sorted.length == 0
                    ? Double.NaN
                    : sorted[(int) Math.min(sorted.length - 1L, (long) (sorted.length * share))]
                            / 1e6;
        }

        double worst() {
            return sorted.length == 0 ? Double.NaN : sorted[sorted.length - 1] / 1e6;
        }
    }
}
