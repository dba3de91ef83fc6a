package org.todoku.backup.volume;

import java.io.IOException;
import java.io.InputStream;

/** A stream out of a file of the volume. */
final class VolumeInput extends InputStream {
    private final VolumeAccess access;

    VolumeInput(VolumeAccess access) {
        this.access = access;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return access.read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        return access.read(into, offset, length);
    }

    @Override
    public int available() {
        long left = access.length() - access.getFilePointer();
        return (int) Math.max(0, Math.min(Integer.MAX_VALUE, left));
    }

    @Override
    public void close() throws IOException {
        access.close();
    }
}
