package org.todoku.backup;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.todoku.backup.archive.Capsule;
import org.todoku.backup.objects.StoreLocation;

/**
 * How a database is backed up.
 *
 * @param dataDirectory the database lies in its folder {@code db}
 * @param archive where to and with which key; empty for none
 * @param stallAfter a disk that has not answered for so long is stalled
 * @param writeBehindMax bytes that the volume may hold in memory for the disk
 * @param device the block device whose counters tell of a stall; empty for the one under the
 *     database
 * @param url where people reach the service, told to hosts that this one fences out
 * @param capsule asked once an epoch for the configuration and secrets to keep with the archive
 */
public record BackupConfig(
        Path dataDirectory,
        Optional<ArchiveSettings> archive,
        ForcePolicy force,
        Duration stallAfter,
        long writeBehindMax,
        Optional<String> device,
        String url,
        String version,
        Supplier<Capsule> capsule) {

    public Path database() {
        return dataDirectory.resolve("db");
    }

    /**
     * Where the archive lies, what opens it, and how often it is written.
     *
     * @param keep to each moment of this time a restore is possible; what is older expires
     */
    public record ArchiveSettings(
            StoreLocation location,
            Path keyFile,
            Duration shipInterval,
            Duration baseInterval,
            Duration keep) {}
}
