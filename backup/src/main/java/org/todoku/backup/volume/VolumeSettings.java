package org.todoku.backup.volume;

import java.time.Duration;
import java.util.Optional;

/**
 * How a volume keeps its promises.
 *
 * @param archive what the archive has to do with a force of the log
 * @param stallAfter a disk that has not answered for so long is stalled
 * @param isolatedAfter when neither the disk nor the archive answered a force for so long, the gate
 *     for writes closes
 * @param writeBehindMax the bound on what is held in memory for the disk, in bytes
 * @param device the block device whose counters tell of a stall; empty for the one under the
 *     directory
 */
public record VolumeSettings(
        ArchiveRole archive,
        Duration stallAfter,
        Duration isolatedAfter,
        long writeBehindMax,
        Optional<String> device) {
    public static final Duration ISOLATED_AFTER = Duration.ofSeconds(5);
    public static final long WRITE_BEHIND_MAX = 256L * 1024 * 1024;

    /** What the archive has to do with a force of the log. */
    public enum ArchiveRole {
        /** Nothing: the local disk alone counts. */
        NONE,
        /** While the local disk is stalled a copy in the archive or on a standby is enough. */
        STANDS_IN,
        /** Both must have it. */
        REQUIRED,
        /** Two of the three must have it: the disk, a standby, the archive. */
        ONE_OF_THREE
    }

    public VolumeSettings {
        if (stallAfter.isNegative() || stallAfter.isZero() || writeBehindMax < 1) {
            throw new IllegalArgumentException("stall-after and write-behind-max must be positive");
        }
    }

    /** The local disk alone, with the usual limits. */
    public static VolumeSettings local() {
        return new VolumeSettings(
                ArchiveRole.NONE,
                Duration.ofMillis(250),
                ISOLATED_AFTER,
                WRITE_BEHIND_MAX,
                Optional.empty());
    }
}
