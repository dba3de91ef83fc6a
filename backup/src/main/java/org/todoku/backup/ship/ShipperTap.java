package org.todoku.backup.ship;

import java.time.Duration;
import org.todoku.backup.volume.LogPosition;
import org.todoku.backup.volume.LogTap;

/** What the volume sees of a shipper. */
record ShipperTap(LogStream stream, LogShipper shipper, ForceMarks marks) implements LogTap {
    @Override
    public void written(LogPosition at, byte[] bytes) {
        stream.written(at, bytes);
    }

    @Override
    public LogPosition forced() {
        LogPosition upTo = stream.forced();
        marks.note(upTo);
        return upTo;
    }

    @Override
    public void hurry() {
        shipper.hurry();
    }

    @Override
    public boolean awaitShipped(LogPosition upTo, Duration timeout) {
        // A commit waits on whatever interrupts it: the flag must not end each of its waits.
        boolean interrupted = Thread.interrupted();
        try {
            return shipper.awaitShipped(upTo, timeout);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public boolean isOver() {
        return shipper.isOver();
    }
}
