package org.todoku.backup.ship;

import java.time.Duration;
import java.util.Optional;
import org.todoku.backup.archive.Feeding;
import org.todoku.backup.volume.LogPosition;

/**
 * A standby that is fed from here, or was.
 *
 * @param standby the owner of its directory
 * @param host where it runs
 * @param isFed whether it is heard of now
 * @param counts whether a commit may rest on it: the archive knows of it
 * @param held how far it has the log on its disk
 * @param silence how long ago it was last heard of
 * @param lagP50 from a force here to its word, by this host's clock
 * @param lagP99 the same, of the last 1,000
 * @param trouble one line, where something may be lost
 */
public record FedStatus(
        String standby,
        String host,
        boolean isFed,
        boolean counts,
        LogPosition held,
        Duration silence,
        Duration lagP50,
        Duration lagP99,
        Optional<String> trouble) {
    /** One that has not come since the start, and may have what is nowhere else. */
    static FedStatus unheard(Feeding feeding) {
        return new FedStatus(
                feeding.standby(),
                feeding.host(),
                false,
                false,
                new LogPosition(0, 0),
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                Optional.of(
                        "it may have confirmed commits of epoch %d that are nowhere else"
                                .formatted(feeding.epoch())));
    }
}
