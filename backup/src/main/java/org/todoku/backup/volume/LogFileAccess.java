package org.todoku.backup.volume;

import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;

/** Random access to {@code logN.dat}: every write is tapped, every sync is a force of the log. */
final class LogFileAccess extends PlainAccess {
    private final Volume volume;
    private final long number;

    LogFileAccess(File path, Volume volume, long number) throws FileNotFoundException {
        super(path, "rw");
        this.volume = volume;
        this.number = number;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        long at = getFilePointer();
        super.write(bytes, offset, length);
        volume.tap().written(new LogPosition(number, at), bytes, offset, length);
    }

    @Override
    public void sync() throws IOException {
        volume.forceTimes().started();
        try {
            super.sync();
        } finally {
            volume.forceTimes().ended();
        }
        volume.tap().forced();
    }
}
