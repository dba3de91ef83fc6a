package org.todoku.appliance.continuity;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * What continuity must know of the configuration.
 *
 * @param force as in the configuration: {@code local}, {@code local-or-archive}, {@code
 *     local-and-archive}, {@code local-and-standby}
 * @param stallAfter when a disk that does not answer counts as stalled
 * @param writeBehindMaxBytes the bound on what waits in memory for the disk
 * @param device the block device whose counters tell of a stall; empty for the one under the data
 * @param capsuleFiles the files to keep with the archive: the name each has in the configuration,
 *     and where it lies; one that cannot be read stops the start
 */
public record ContinuityConfig(
        Path dataDirectory,
        Optional<ArchivePlace> archive,
        String force,
        Duration stallAfter,
        long writeBehindMaxBytes,
        Optional<String> device,
        URI publicUrl,
        String version,
        Map<String, Path> capsuleFiles) {
    public ContinuityConfig {
        capsuleFiles = Map.copyOf(capsuleFiles);
    }

    /** The section {@code archive} of the configuration. */
    public record ArchivePlace(
            URI url,
            Optional<URI> endpoint,
            Optional<String> region,
            boolean pathStyle,
            Path keyFile,
            Duration shipInterval,
            Duration baseInterval,
            Duration keep) {}
}
