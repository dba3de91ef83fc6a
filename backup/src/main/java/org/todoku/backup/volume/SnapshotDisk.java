package org.todoku.backup.volume;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Tells the snapshot that is open, if one is, of each change before it is made. */
final class SnapshotDisk implements Disk {
    private final Disk disk;
    private volatile @Nullable Snapshot open;

    SnapshotDisk(Disk disk) {
        this.disk = disk;
    }

    /** From the next change on; null for none. One at a time: the base taker sees to that. */
    void tell(@Nullable Snapshot snapshot) {
        open = snapshot;
    }

    /** Nobody tells of changes any more: a snapshot that is still open is lost. */
    void end() {
        Snapshot snapshot = open;
        if (snapshot != null) {
            snapshot.volumeGone();
        }
        open = null;
    }

    @Override
    public void makeFolder(Path folder) throws IOException {
        disk.makeFolder(folder);
    }

    @Override
    public void create(Path file) throws IOException {
        before(file, 0, Long.MAX_VALUE);
        disk.create(file);
    }

    @Override
    public void write(Path file, long at, ByteBuffer bytes) throws IOException {
        before(file, at, at + bytes.remaining());
        disk.write(file, at, bytes);
    }

    @Override
    public void setLength(Path file, long length) throws IOException {
        before(file, length, Long.MAX_VALUE);
        disk.setLength(file, length);
    }

    @Override
    public void delete(Path file) throws IOException {
        Snapshot snapshot = open;
        if (snapshot != null) {
            snapshot.beforeUnlink(file);
        }
        disk.delete(file);
        if (snapshot != null) {
            snapshot.unlinked(file);
        }
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        Snapshot snapshot = open;
        if (snapshot != null) {
            snapshot.beforeUnlink(from);
            snapshot.beforeUnlink(to);
        }
        disk.rename(from, to);
        if (snapshot != null) {
            // Only now: a rename on a full disk is tried again.
            snapshot.renamed(from, to);
        }
    }

    @Override
    public void keepPrivate(Path file) throws IOException {
        disk.keepPrivate(file);
    }

    @Override
    public void force(Path file) throws IOException {
        disk.force(file);
    }

    @Override
    public void forceFolder(Path folder) throws IOException {
        disk.forceFolder(folder);
    }

    @Override
    public void close() {
        disk.close();
    }

    private void before(Path file, long from, long to) {
        Snapshot snapshot = open;
        if (snapshot != null) {
            snapshot.before(file, from, to);
        }
    }
}
