package org.todoku.backup.volume;

import java.time.Duration;
import java.util.Locale;

/**
 * What the kernel says of the block device under the database: evidence for what a stall comes
 * from.
 *
 * @param name as the kernel has it, {@code vda}
 * @param inFlight requests that the device has and has not answered
 * @param perSecond requests that it answered lately, a second
 * @param quiet for how long it has answered none of those it has; zero when it has none
 */
public record DeviceStatus(String name, long inFlight, double perSecond, Duration quiet) {
    /** Silence shorter than this happens on a disk that is well. */
    private static final Duration HANGS = Duration.ofSeconds(1);

    /** What it looks like. */
    public enum Verdict {
        /** It has requests and answers none. */
        HANGS,
        /** It has requests and answers them. */
        WORKS,
        /** It has no requests: whatever is slow, it is not the device. */
        IDLE
    }

    public Verdict verdict() {
        if (inFlight == 0) {
            return Verdict.IDLE;
        }
        return quiet.compareTo(HANGS) >= 0 ? Verdict.HANGS : Verdict.WORKS;
    }

    /** As in {@code device vda: 31 requests in flight, none completed for 12 s}. */
    public String line() {
        return switch (verdict()) {
            case HANGS ->
                    "device %s: %d requests in flight, none completed for %d s"
                            .formatted(name, inFlight, quiet.toSeconds());
            case WORKS ->
                    String.format(
                            Locale.ROOT,
                            "device %s: %d requests in flight, %.0f completed a second",
                            name,
                            inFlight,
                            perSecond);
            case IDLE ->
                    "device %s: no requests in flight, what is slow lies above it".formatted(name);
        };
    }
}
