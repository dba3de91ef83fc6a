package org.todoku.backup.restore;

import java.time.Instant;
import java.util.Optional;
import org.todoku.backup.volume.LogPosition;

/** Which state a restore is to make. */
public sealed interface RestoreTarget {
    /** All that the archive has. */
    record Newest() implements RestoreTarget {}

    /** The last that was forced at or before this moment, by the writer's clock. */
    record Moment(Instant at) implements RestoreTarget {}

    /** The last whole group of records that ends at or before this place in the log. */
    record Position(LogPosition at) implements RestoreTarget {}

    static RestoreTarget of(Optional<Instant> moment) {
        return moment.<RestoreTarget>map(Moment::new).orElseGet(Newest::new);
    }

    /** For messages, as in "restoring to …". */
    default String text() {
        return switch (this) {
            case Newest newest -> "the newest state";
            case Moment moment -> moment.at().toString();
            case Position position -> "log position " + position.at();
        };
    }
}
