package org.todoku.backup.archive;

import org.todoku.backup.volume.LogPosition;

/**
 * A segment that is ready to be put: encoded, compressed and sealed, so that each try puts the same
 * bytes under the same key, and the one after it can name its hash before it has arrived.
 *
 * @param end behind the last byte of log in it
 * @param content what the hash is of
 * @param object what is stored
 */
@SuppressWarnings("ArrayRecordComponent")
public record PreparedSegment(
        long epoch, long sequence, String hash, LogPosition end, byte[] content, byte[] object) {
    public ForkPoint asForkPoint() {
        return new ForkPoint(epoch, sequence, hash, end);
    }
}
