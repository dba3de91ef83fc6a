package org.todoku.backup.restore;

import java.time.Duration;
import java.util.Optional;
import org.todoku.backup.archive.ForkPoint;
import org.todoku.backup.volume.LogPosition;

/**
 * How a standby fares.
 *
 * @param epoch that it follows
 * @param last the last segment that it has taken from the archive
 * @param end how far its own log goes
 * @param ready whether it had everything that there was when it last looked
 * @param sinceLooked how long ago the archive last answered
 * @param lagP50 from a commit at the writer to its redo here through the archive, by both clocks
 * @param lagP99 the same; of the last 1,000 segments
 * @param restores how often it had to begin with a base
 * @param trouble what keeps it from following, a line
 * @param stream the same straight from the writer
 * @param kept where it keeps what it has confirmed and the archive's line lacks
 */
public record StandbyStatus(
        long epoch,
        ForkPoint last,
        LogPosition end,
        boolean ready,
        Duration sinceLooked,
        Duration lagP50,
        Duration lagP99,
        long restores,
        Optional<String> trouble,
        StreamStatus stream,
        Optional<String> kept) {

    /**
     * The stream from the writer.
     *
     * @param isLive whether there is one now
     * @param lagP50 from a force at the writer to the disk here, by both clocks
     * @param lagP99 the same, of the last 1,000 messages
     */
    public record StreamStatus(boolean isLive, Duration lagP50, Duration lagP99) {}
}
