package org.todoku.backup.volume;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.FutureTask;
import org.apache.derby.io.StorageFile;
import org.apache.derby.io.StorageRandomAccessFile;
import org.jspecify.annotations.Nullable;

/**
 * A file or folder of a database directory, by its path: every question is answered from memory,
 * every change is queued. Holds no state but Derby's own lock, which is a real one: the drain takes
 * it, so that only it ever touches the disk to write.
 */
final class VolumeFile implements StorageFile {
    private final Volume volume;
    private final Path path;
    private @Nullable RandomAccessFile lockHolder;

    VolumeFile(Volume volume, Path path) {
        this.volume = volume;
        this.path = path;
    }

    @Override
    public String @Nullable [] list() {
        return tree().list(path);
    }

    @Override
    public boolean canWrite() {
        return exists();
    }

    @Override
    public boolean exists() {
        return tree().exists(path);
    }

    @Override
    public boolean isDirectory() {
        return tree().isFolder(path);
    }

    @Override
    public boolean delete() {
        return tree().delete(path);
    }

    @Override
    public boolean deleteAll() {
        return tree().deleteAll(path);
    }

    @Override
    public String getPath() {
        return path.toString();
    }

    @Override
    public String getCanonicalPath() {
        return path.toString();
    }

    @Override
    public String getName() {
        return String.valueOf(path.getFileName());
    }

    @Override
    public boolean createNewFile() throws IOException {
        if (exists()) {
            return false;
        }
        tree().create(path);
        return true;
    }

    @Override
    public boolean renameTo(StorageFile target) {
        return target instanceof VolumeFile file && tree().rename(path, file.path);
    }

    @Override
    public boolean mkdir() {
        return tree().makeFolder(path);
    }

    @Override
    public boolean mkdirs() {
        return tree().makeFolders(path);
    }

    @Override
    public @Nullable StorageFile getParentDir() {
        Path parent = path.getParent();
        return parent == null ? null : new VolumeFile(volume, parent);
    }

    /** Derby asks for it nowhere that matters here. */
    @Override
    public boolean setReadOnly() {
        return false;
    }

    @Override
    public OutputStream getOutputStream() throws FileNotFoundException {
        return getOutputStream(false);
    }

    @Override
    public OutputStream getOutputStream(boolean append) throws FileNotFoundException {
        try {
            Node node = append ? tree().open(path) : tree().create(path);
            return new VolumeOutput(access(node));
        } catch (FileNotFoundException e) {
            throw e;
        } catch (IOException e) {
            throw new FileNotFoundException(path + ": " + e);
        }
    }

    @Override
    public InputStream getInputStream() throws FileNotFoundException {
        return new VolumeInput(access(existing()));
    }

    @Override
    public StorageRandomAccessFile getRandomAccessFile(String mode) throws FileNotFoundException {
        boolean writes = mode.toLowerCase(Locale.ROOT).startsWith("rw");
        return access(writes ? tree().open(path) : existing());
    }

    @Override
    public void limitAccessToOwner() {
        tree().keepPrivate(path);
    }

    @Override
    public synchronized int getExclusiveFileLock() {
        if (lockHolder != null) {
            return EXCLUSIVE_FILE_LOCK_NOT_AVAILABLE;
        }
        try {
            tree().open(path);
            lockHolder = volume.call(new FutureTask<>(this::lockedFile));
        } catch (IOException e) {
            return EXCLUSIVE_FILE_LOCK_NOT_AVAILABLE;
        }
        return EXCLUSIVE_FILE_LOCK;
    }

    private RandomAccessFile lockedFile() throws IOException {
        RandomAccessFile opened = new RandomAccessFile(path.toFile(), "rw");
        try {
            FileLock lock = opened.getChannel().tryLock();
            if (lock != null) {
                return opened;
            }
        } catch (OverlappingFileLockException e) {
            opened.close();
            throw new IOException("locked by this process", e);
        }
        opened.close();
        throw new IOException("locked by another process");
    }

    @Override
    public synchronized void releaseExclusiveFileLock() {
        RandomAccessFile held = lockHolder;
        lockHolder = null;
        try {
            if (held != null) {
                // Closing the channel gives the lock back.
                held.close();
            }
        } catch (IOException e) {
            // Nothing was written through it, so nothing can be lost by a failed close.
        }
        tree().delete(path);
    }

    /** Derby puts it into its messages. */
    @Override
    public String toString() {
        return path.toString();
    }

    private Node existing() throws FileNotFoundException {
        Node node = tree().file(path);
        if (node == null) {
            throw new FileNotFoundException(path + " (no such file)");
        }
        return node;
    }

    private VolumeAccess access(Node node) {
        return new VolumeAccess(volume, node, tree().logNumber(path));
    }

    private Tree tree() {
        return volume.tree();
    }
}
