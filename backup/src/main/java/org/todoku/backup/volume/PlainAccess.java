package org.todoku.backup.volume;

import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import org.apache.derby.io.StorageRandomAccessFile;

/** Random access to a file that lies below no attached volume: straight to the disk. */
final class PlainAccess extends Access {
    private final File path;
    private final String mode;
    private final RandomAccessFile file;

    PlainAccess(File path, String mode) throws FileNotFoundException {
        this.path = path;
        this.mode = mode;
        this.file = new RandomAccessFile(path, mode);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        file.write(bytes, offset, length);
    }

    @Override
    public void sync() throws IOException {
        // Data and length, not the time stamps: what a later read needs.
        file.getChannel().force(false);
    }

    @Override
    public StorageRandomAccessFile clone() {
        try {
            return new PlainAccess(path, mode);
        } catch (FileNotFoundException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    @Override
    public long getFilePointer() throws IOException {
        return file.getFilePointer();
    }

    @Override
    public long length() throws IOException {
        return file.length();
    }

    @Override
    public void seek(long position) throws IOException {
        file.seek(position);
    }

    @Override
    public void setLength(long length) throws IOException {
        file.setLength(length);
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        return file.read(into, offset, length);
    }
}
