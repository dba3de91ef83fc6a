package org.todoku.migrate.runbook;

import java.time.Duration;
import java.util.Locale;

/**
 * How long a step may take, and how that was reckoned, so that a person can put in the figures of
 * their own machine.
 */
public record Estimate(Duration time, String formula) {
    /** Less than a second, whatever the size of the database. */
    public static final Estimate MOMENT = new Estimate(Duration.ofMillis(100), "a moment");

    /**
     * So many bytes at so many a second.
     *
     * @param what what is done with them, as in {@code download}
     */
    public static Estimate ofBytes(String what, long bytes, long bytesPerSecond) {
        Duration time = Duration.ofMillis(bytes * 1000 / Math.max(1, bytesPerSecond));
        return new Estimate(
                time, "%s %s / %s/s".formatted(what, size(bytes), size(bytesPerSecond)));
    }

    public Estimate plus(Estimate other) {
        return new Estimate(time.plus(other.time), formula + " + " + other.formula);
    }

    /** With one digit after the point, as in {@code 1.5 s}. */
    public static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
    }

    private static String size(long bytes) {
        double mib = bytes / (1024.0 * 1024);
        return mib < 0.1 ? "%,d B".formatted(bytes) : String.format(Locale.ROOT, "%,.1f MiB", mib);
    }
}
