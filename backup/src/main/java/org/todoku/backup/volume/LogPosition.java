package org.todoku.backup.volume;

import java.util.Comparator;

/**
 * A place in Derby's log: file number and byte offset. As one number it is the <em>log instant</em>
 * (Derby's LSN): file in the upper 32 bits, offset in the lower.
 */
public record LogPosition(long file, long offset) implements Comparable<LogPosition> {
    private static final Comparator<LogPosition> ORDER =
            Comparator.comparingLong(LogPosition::file).thenComparingLong(LogPosition::offset);

    public LogPosition {
        if (file < 0 || offset < 0 || offset > 0xffff_ffffL) {
            throw new IllegalArgumentException("no log position: " + file + ":" + offset);
        }
    }

    /**
     * Reads {@code FILE:OFFSET}, or the log instant as one decimal number.
     *
     * @throws IllegalArgumentException when it is neither
     */
    public static LogPosition parse(String text) {
        int colon = text.indexOf(':');
        if (colon >= 0) {
            return new LogPosition(
                    Long.parseLong(text.substring(0, colon)),
                    Long.parseLong(text.substring(colon + 1)));
        }
        long instant = Long.parseLong(text);
        return new LogPosition(instant >>> 32, instant & 0xffff_ffffL);
    }

    public long instant() {
        return file << 32 | offset;
    }

    public LogPosition plus(long bytes) {
        return new LogPosition(file, offset + bytes);
    }

    public boolean isBefore(LogPosition other) {
        return compareTo(other) < 0;
    }

    public boolean isAfter(LogPosition other) {
        return compareTo(other) > 0;
    }

    @Override
    public int compareTo(LogPosition other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return file + ":" + offset;
    }
}
