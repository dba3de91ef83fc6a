package org.todoku.backup.volume;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.derby.io.StorageRandomAccessFile;

/**
 * The many ways to read and write that Derby's interface asks for, by the two that count. Big
 * endian, as in {@link java.io.DataOutput}.
 *
 * <p>It cannot simply be a {@link java.io.RandomAccessFile}: Derby would then take its own channel
 * to the file and write past this factory.
 */
abstract class Access implements StorageRandomAccessFile, AutoCloseable {
    @Override
    public abstract void write(byte[] bytes, int offset, int length) throws IOException;

    @Override
    public abstract StorageRandomAccessFile clone();

    @Override
    public void readFully(byte[] into) throws IOException {
        readFully(into, 0, into.length);
    }

    @Override
    public void readFully(byte[] into, int offset, int length) throws IOException {
        int done = 0;
        while (done < length) {
            int read = read(into, offset + done, length - done);
            if (read < 0) {
                throw new EOFException();
            }
            done += read;
        }
    }

    @Override
    public int skipBytes(int count) throws IOException {
        long from = getFilePointer();
        long to = Math.min(from + Math.max(0, count), length());
        seek(to);
        return (int) (to - from);
    }

    @Override
    public boolean readBoolean() throws IOException {
        return readByte() != 0;
    }

    @Override
    public byte readByte() throws IOException {
        return (byte) number(1);
    }

    @Override
    public int readUnsignedByte() throws IOException {
        return (int) number(1);
    }

    @Override
    public short readShort() throws IOException {
        return (short) number(2);
    }

    @Override
    public int readUnsignedShort() throws IOException {
        return (int) number(2);
    }

    @Override
    public char readChar() throws IOException {
        return (char) number(2);
    }

    @Override
    public int readInt() throws IOException {
        return (int) number(4);
    }

    @Override
    public long readLong() throws IOException {
        return number(8);
    }

    @Override
    public float readFloat() throws IOException {
        return Float.intBitsToFloat(readInt());
    }

    @Override
    public double readDouble() throws IOException {
        return Double.longBitsToDouble(readLong());
    }

    /** Derby reads no lines from a file of this kind. */
    @Override
    public String readLine() {
        throw new UnsupportedOperationException("readLine");
    }

    @Override
    public String readUTF() throws IOException {
        return DataInputStream.readUTF(this);
    }

    @Override
    public void write(int value) throws IOException {
        put(value, 1);
    }

    @Override
    public void write(byte[] bytes) throws IOException {
        write(bytes, 0, bytes.length);
    }

    @Override
    public void writeBoolean(boolean value) throws IOException {
        put(value ? 1 : 0, 1);
    }

    @Override
    public void writeByte(int value) throws IOException {
        put(value, 1);
    }

    @Override
    public void writeShort(int value) throws IOException {
        put(value, 2);
    }

    @Override
    public void writeChar(int value) throws IOException {
        put(value, 2);
    }

    @Override
    public void writeInt(int value) throws IOException {
        put(value, 4);
    }

    @Override
    public void writeLong(long value) throws IOException {
        put(value, 8);
    }

    @Override
    public void writeFloat(float value) throws IOException {
        put(Float.floatToIntBits(value), 4);
    }

    @Override
    public void writeDouble(double value) throws IOException {
        put(Double.doubleToLongBits(value), 8);
    }

    @Override
    public void writeBytes(String text) throws IOException {
        write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Override
    public void writeChars(String text) throws IOException {
        write(text.getBytes(StandardCharsets.UTF_16BE));
    }

    @Override
    public void writeUTF(String text) throws IOException {
        var bytes = new ByteArrayOutputStream();
        new DataOutputStream(bytes).writeUTF(text);
        write(bytes.toByteArray());
    }

    private long number(int length) throws IOException {
        byte[] bytes = new byte[length];
        readFully(bytes);
        long value = 0;
        for (byte part : bytes) {
            value = value << 8 | (part & 0xff);
        }
        return value;
    }

    private void put(long value, int length) throws IOException {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (value >>> (8 * (length - 1 - i)));
        }
        write(bytes, 0, length);
    }
}
