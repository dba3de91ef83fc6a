package org.todoku.backup.volume;

import java.util.concurrent.TimeUnit;

/**
 * How often the archive may be asked for what the disk has only not answered yet: a few times in a
 * row, once a second in the long run. So a stall that begins costs no commit twice the time, and a
 * disk that is slow for days does not cost a put for each commit. Thread-safe.
 */
final class EarlyAsks {
    private static final int IN_A_ROW = 4;
    private static final long ONE_MORE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private int left = IN_A_ROW;
    private long filledNanos = System.nanoTime();

    /** Whether now is one of them. */
    synchronized boolean take() {
        long now = System.nanoTime();
        long more = (now - filledNanos) / ONE_MORE_NANOS;
        if (more > 0) {
            left = (int) Math.min(IN_A_ROW, left + more);
            filledNanos += more * ONE_MORE_NANOS;
        }
        if (left == 0) {
            return false;
        }
        left--;
        return true;
    }
}
