package org.todoku.backup.ship;

import java.time.Duration;
import java.util.Optional;
import org.todoku.backup.archive.Epoch;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.volume.LogPosition;

/**
 * How the shipper stands.
 *
 * @param shipped everything up to here is in the archive
 * @param lagBytes forced and not yet shipped; across a change of log file only an estimate
 * @param lag since when the oldest of them waits
 * @param trouble why the archive cannot be written just now
 * @param failedPuts how many puts failed so far
 */
public record ShipStatus(
        LogPosition shipped,
        long lagBytes,
        Duration lag,
        Optional<BackupException> trouble,
        long failedPuts,
        Optional<Epoch> fencedBy) {}
