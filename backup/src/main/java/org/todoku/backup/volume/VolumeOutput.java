package org.todoku.backup.volume;

import java.io.IOException;
import java.io.OutputStream;

/** A stream into a file of the volume. */
final class VolumeOutput extends OutputStream {
    private final VolumeAccess access;

    VolumeOutput(VolumeAccess access) throws IOException {
        this.access = access;
        access.seek(access.length());
    }

    @Override
    public void write(int value) throws IOException {
        access.write(value);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        access.write(bytes, offset, length);
    }

    void sync() throws IOException {
        access.sync();
    }

    @Override
    public void close() throws IOException {
        access.close();
    }
}
