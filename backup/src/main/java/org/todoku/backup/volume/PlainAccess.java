package org.todoku.backup.volume;

import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import org.apache.derby.io.StorageRandomAccessFile;

/**
 * Random access to a file of the database that is not the log: writes go straight through.
 *
 * <p>It cannot simply be a {@link RandomAccessFile}: Derby would then take its own channel to the
 * file and write past this factory.
 */
class PlainAccess implements StorageRandomAccessFile {
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

    @Override
    public void readFully(byte[] into) throws IOException {
        file.readFully(into);
    }

    @Override
    public void readFully(byte[] into, int offset, int length) throws IOException {
        file.readFully(into, offset, length);
    }

    @Override
    public int skipBytes(int count) throws IOException {
        return file.skipBytes(count);
    }

    @Override
    public boolean readBoolean() throws IOException {
        return file.readBoolean();
    }

    @Override
    public byte readByte() throws IOException {
        return file.readByte();
    }

    @Override
    public int readUnsignedByte() throws IOException {
        return file.readUnsignedByte();
    }

    @Override
    public short readShort() throws IOException {
        return file.readShort();
    }

    @Override
    public int readUnsignedShort() throws IOException {
        return file.readUnsignedShort();
    }

    @Override
    public char readChar() throws IOException {
        return file.readChar();
    }

    @Override
    public int readInt() throws IOException {
        return file.readInt();
    }

    @Override
    public long readLong() throws IOException {
        return file.readLong();
    }

    @Override
    public float readFloat() throws IOException {
        return file.readFloat();
    }

    @Override
    public double readDouble() throws IOException {
        return file.readDouble();
    }

    @Override
    public String readLine() throws IOException {
        return file.readLine();
    }

    @Override
    public String readUTF() throws IOException {
        return file.readUTF();
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes) throws IOException {
        write(bytes, 0, bytes.length);
    }

    @Override
    public void writeBoolean(boolean value) throws IOException {
        write(value ? 1 : 0);
    }

    @Override
    public void writeByte(int value) throws IOException {
        write(value);
    }

    @Override
    public void writeShort(int value) throws IOException {
        write(new byte[] {(byte) (value >>> 8), (byte) value}, 0, 2);
    }

    @Override
    public void writeChar(int value) throws IOException {
        writeShort(value);
    }

    @Override
    public void writeInt(int value) throws IOException {
        byte[] bytes = {
            (byte) (value >>> 24), (byte) (value >>> 16), (byte) (value >>> 8), (byte) value
        };
        write(bytes, 0, bytes.length);
    }

    @Override
    public void writeLong(long value) throws IOException {
        byte[] bytes = new byte[Long.BYTES];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (value >>> (56 - 8 * i));
        }
        write(bytes, 0, bytes.length);
    }

    @Override
    public void writeFloat(float value) throws IOException {
        writeInt(Float.floatToIntBits(value));
    }

    @Override
    public void writeDouble(double value) throws IOException {
        writeLong(Double.doubleToLongBits(value));
    }

    @Override
    public void writeBytes(String text) throws IOException {
        write(text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
    }

    @Override
    public void writeChars(String text) throws IOException {
        write(text.getBytes(java.nio.charset.StandardCharsets.UTF_16BE));
    }

    @Override
    public void writeUTF(String text) throws IOException {
        var bytes = new java.io.ByteArrayOutputStream();
        new java.io.DataOutputStream(bytes).writeUTF(text);
        write(bytes.toByteArray());
    }
}
