package org.todoku.backup.archive;

import org.todoku.backup.volume.LogPosition;

/**
 * What the writer last said of itself in {@code status/heartbeat.json}. Not sealed, for it is read
 * where no key is: nothing may be decided by it, but it may raise an alarm. In particular it alone
 * tells that the newest segments are gone, since nothing else names them.
 *
 * @param time RFC 3339, UTC, by the writer's clock
 * @param shippedInstant log instant up to which everything was in the archive then
 */
public record Heartbeat(String time, long epoch, long shippedInstant) {
    /** Where the log ended then. */
    public LogPosition shipped() {
        return new LogPosition(shippedInstant >>> 32, shippedInstant & 0xffff_ffffL);
    }
}
