package org.todoku.backup;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.todoku.backup.archive.Drill;
import org.todoku.backup.archive.Epoch;
import org.todoku.backup.archive.Verification;
import org.todoku.backup.ship.FedStatus;
import org.todoku.backup.volume.DeviceStatus;
import org.todoku.backup.volume.LogPosition;
import org.todoku.backup.volume.StorageState;

/**
 * How the storage and the archive stand at a moment. Made without waiting for either.
 *
 * @param forceP99 of the local disk, over the last seconds
 * @param queuedBytes in memory, not yet on the local disk
 * @param trouble one line, while the local disk does not take what is written
 * @param device what the kernel says of the device under the database; empty where it does not
 * @param archive empty when none is configured
 * @param standbys that were fed from here since the start
 */
public record BackupStatus(
        StorageState storage,
        Duration forceP99,
        long queuedBytes,
        Optional<String> trouble,
        Optional<DeviceStatus> device,
        Optional<ArchiveStatus> archive,
        List<FedStatus> standbys) {
    public BackupStatus {
        standbys = List.copyOf(standbys);
    }

    /**
     * The archive's part.
     *
     * @param shipped everything up to here is in the archive
     * @param lagBytes what was confirmed locally and is not there yet
     * @param lag since when the oldest of that waits
     * @param trouble one line, while the archive cannot be written
     * @param failedPuts how many puts of the log failed since the start, tries included
     * @param verified what was found when everything was read back last
     * @param drill what the last drill came to, by anybody
     * @param expiryHeld one line, while nothing expires: the store refuses it, or somebody reads
     * @param fencedBy the epoch that took over, once this host may not write any more
     */
    public record ArchiveStatus(
            long epoch,
            LogPosition shipped,
            long lagBytes,
            Duration lag,
            Optional<Instant> lastBase,
            Optional<String> trouble,
            long failedPuts,
            Optional<Verification> verified,
            Optional<Drill> drill,
            Optional<String> expiryHeld,
            ArchiveStanding standing,
            Optional<Epoch> fencedBy) {}
}
