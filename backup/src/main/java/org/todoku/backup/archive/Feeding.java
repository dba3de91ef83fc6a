package org.todoku.backup.archive;

import java.util.Optional;
import org.todoku.backup.volume.LogPosition;

/**
 * One time that a standby was fed by the writer of an epoch, of which nobody has said yet that the
 * archive has all that the standby confirmed.
 *
 * @param standby the owner of its directory
 * @param number counts the feedings of the epoch
 * @param host where it ran, for people
 * @param alone whether its word alone was enough for a commit
 * @param left how far the standby went that has left what the archive lacked; empty while it has
 *     not
 */
public record Feeding(
        long epoch,
        String standby,
        long number,
        String host,
        boolean alone,
        Optional<LogPosition> left) {}
