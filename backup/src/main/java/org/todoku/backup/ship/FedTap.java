package org.todoku.backup.ship;

import java.time.Duration;
import org.todoku.backup.volume.LogPosition;
import org.todoku.backup.volume.LogTap;

/** What the volume sees of a shipper with standbys beside it. */
record FedTap(LogTap archive, StandbyFeed feed) implements LogTap {
    @Override
    public void written(LogPosition at, byte[] bytes) {
        archive.written(at, bytes);
        feed.written(at, bytes);
    }

    @Override
    public LogPosition forced() {
        LogPosition upTo = archive.forced();
        feed.forced(upTo);
        return upTo;
    }

    @Override
    public void hurry() {
        archive.hurry();
    }

    @Override
    public boolean awaitShipped(LogPosition upTo, Duration timeout) {
        return archive.awaitShipped(upTo, timeout);
    }

    @Override
    public boolean awaitHeld(LogPosition upTo, Duration timeout) {
        return feed.awaitHeld(upTo, timeout);
    }

    @Override
    public boolean isFollowed() {
        return feed.isFollowed();
    }

    @Override
    public boolean isOver() {
        return archive.isOver();
    }
}
