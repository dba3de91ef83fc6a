package org.todoku.backup.volume;

import java.io.File;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import org.apache.derby.io.StorageFile;
import org.apache.derby.io.StorageRandomAccessFile;
import org.jspecify.annotations.Nullable;

/** A file or folder that lies below no attached volume: straight to the disk. */
final class PlainFile implements StorageFile {
    private final File file;
    private @Nullable RandomAccessFile lockHolder;

    PlainFile(Path path) {
        this.file = path.toFile();
    }

    @Override
    public String @Nullable [] list() {
        return file.list();
    }

    @Override
    public boolean canWrite() {
        return file.canWrite();
    }

    @Override
    public boolean exists() {
        return file.exists();
    }

    @Override
    public boolean isDirectory() {
        return file.isDirectory();
    }

    @Override
    public boolean delete() {
        return file.delete();
    }

    @Override
    public boolean deleteAll() {
        File[] children = file.listFiles();
        if (children != null) {
            for (File child : children) {
                new PlainFile(child.toPath()).deleteAll();
            }
        }
        return file.delete();
    }

    @Override
    public String getPath() {
        return file.getPath();
    }

    @Override
    public String getCanonicalPath() throws IOException {
        return file.getCanonicalPath();
    }

    @Override
    public String getName() {
        return file.getName();
    }

    @Override
    public boolean createNewFile() throws IOException {
        return file.createNewFile();
    }

    @Override
    public boolean renameTo(StorageFile target) {
        return file.renameTo(new File(target.getPath()));
    }

    @Override
    public boolean mkdir() {
        return file.mkdir();
    }

    @Override
    public boolean mkdirs() {
        return file.mkdirs();
    }

    @Override
    public @Nullable StorageFile getParentDir() {
        Path parent = file.toPath().getParent();
        return parent == null ? null : new PlainFile(parent);
    }

    @Override
    public boolean setReadOnly() {
        return file.setReadOnly();
    }

    @Override
    public OutputStream getOutputStream() throws FileNotFoundException {
        return new FileOutputStream(file);
    }

    @Override
    public OutputStream getOutputStream(boolean append) throws FileNotFoundException {
        return new FileOutputStream(file, append);
    }

    @Override
    public InputStream getInputStream() throws FileNotFoundException {
        return new FileInputStream(file);
    }

    @Override
    public synchronized int getExclusiveFileLock() {
        if (lockHolder != null) {
            return EXCLUSIVE_FILE_LOCK_NOT_AVAILABLE;
        }
        RandomAccessFile opened = null;
        FileLock lock = null;
        try {
            opened = new RandomAccessFile(file, "rw");
            lock = opened.getChannel().tryLock();
        } catch (IOException | OverlappingFileLockException e) {
            lock = null;
        }
        if (lock != null) {
            lockHolder = opened;
            return EXCLUSIVE_FILE_LOCK;
        }
        closeQuietly(opened);
        return EXCLUSIVE_FILE_LOCK_NOT_AVAILABLE;
    }

    @Override
    public synchronized void releaseExclusiveFileLock() {
        // Closing the channel gives the lock back.
        closeQuietly(lockHolder);
        lockHolder = null;
        file.delete();
    }

    @Override
    public StorageRandomAccessFile getRandomAccessFile(String mode) throws FileNotFoundException {
        String plain = mode.toLowerCase(Locale.ROOT).startsWith("rw") ? "rw" : "r";
        return new PlainAccess(file, plain);
    }

    @Override
    public void limitAccessToOwner() throws IOException {
        String rights = file.isDirectory() ? "rwx------" : "rw-------";
        Files.setPosixFilePermissions(file.toPath(), PosixFilePermissions.fromString(rights));
    }

    /** Derby puts it into its messages. */
    @Override
    public String toString() {
        return file.getPath();
    }

    private static void closeQuietly(@Nullable RandomAccessFile open) {
        try {
            if (open != null) {
                open.close();
            }
        } catch (IOException e) {
            // Nothing was written through it, so nothing can be lost by a failed close.
        }
    }
}
