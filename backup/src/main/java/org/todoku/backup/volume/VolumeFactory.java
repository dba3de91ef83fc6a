package org.todoku.backup.volume;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.derby.io.StorageFactory;
import org.apache.derby.io.StorageFile;
import org.apache.derby.io.WritableStorageFactory;
import org.jspecify.annotations.Nullable;

/**
 * Derby's door to a database directory ({@code derby.subSubProtocol.todoku}). Derby makes one per
 * use of the directory and calls {@link #init} first. All that lies below an attached volume goes
 * through that; anything else straight to the disk.
 *
 * <p>It answers false to {@link #supportsWriteSync()}: Derby then writes and forces in two steps
 * and does not pre-allocate log files, so that a force is an event of its own.
 */
public final class VolumeFactory implements WritableStorageFactory {
    private @Nullable Path directory;
    private @Nullable Path temporary;
    private @Nullable String canonicalName;

    /** Derby calls this by reflection. */
    public VolumeFactory() {}

    @Override
    public void init(
            @Nullable String home,
            @Nullable String databaseName,
            @Nullable String tempDirName,
            @Nullable String uniqueName)
            throws IOException {
        if (databaseName == null) {
            directory = home == null ? null : Path.of(home).toAbsolutePath().normalize();
            return;
        }
        Path named = Path.of(withoutProtocol(databaseName));
        Path absolute = home == null ? named.toAbsolutePath() : Path.of(home).resolve(named);
        Path found = absolute.toAbsolutePath().normalize();
        directory = found;
        canonicalName = found.toString();
        if (uniqueName != null) {
            // Sorts that spill go here; what an earlier run left is of no use to anybody.
            StorageFile folder = file(found.resolve("tmp"));
            folder.deleteAll();
            if (!folder.mkdirs()) {
                throw new IOException("cannot make " + folder);
            }
            temporary = found.resolve("tmp");
        }
    }

    @Override
    public void shutdown() {
        Path folder = temporary;
        if (folder != null && file(folder).exists()) {
            file(folder).deleteAll();
        }
    }

    @Override
    public @Nullable String getCanonicalName() {
        return canonicalName;
    }

    @Override
    public void setCanonicalName(String name) {
        canonicalName = name;
    }

    @Override
    public StorageFile newStorageFile(@Nullable String path) {
        return file(path == null ? root() : root().resolve(path));
    }

    @Override
    public StorageFile newStorageFile(@Nullable String folder, String name) {
        return file(folder == null ? root().resolve(name) : root().resolve(folder).resolve(name));
    }

    @Override
    public StorageFile newStorageFile(@Nullable StorageFile folder, String name) {
        return folder == null ? newStorageFile(name) : file(Path.of(folder.getPath(), name));
    }

    @Override
    public char getSeparator() {
        return java.io.File.separatorChar;
    }

    @Override
    public @Nullable StorageFile getTempDir() {
        return temporary == null ? null : file(temporary);
    }

    @Override
    public boolean isFast() {
        return false;
    }

    @Override
    public boolean isReadOnlyDatabase() {
        return false;
    }

    @Override
    public boolean supportsRandomAccess() {
        return true;
    }

    @Override
    public int getStorageFactoryVersion() {
        return StorageFactory.VERSION_NUMBER;
    }

    @Override
    public StorageFile createTemporaryFile(String prefix, @Nullable String suffix)
            throws IOException {
        return file(Files.createTempFile(prefix, suffix));
    }

    @Override
    public void sync(OutputStream stream, boolean metaData) throws IOException {
        if (stream instanceof VolumeOutput out) {
            out.sync();
        } else if (stream instanceof FileOutputStream out) {
            out.getChannel().force(metaData);
        } else {
            throw new IOException("not a stream of this factory: " + stream.getClass());
        }
    }

    @Override
    public boolean supportsWriteSync() {
        return false;
    }

    private static StorageFile file(Path path) {
        Path place = path.toAbsolutePath().normalize();
        Volume volume = VolumeRegistry.find(place);
        return volume == null ? new PlainFile(path) : new VolumeFile(volume, place);
    }

    private Path root() {
        Path root = directory;
        if (root == null) {
            throw new IllegalStateException("the storage factory was not given a directory");
        }
        return root;
    }

    private static String withoutProtocol(String name) {
        String lead = VolumeRegistry.PROTOCOL + ":";
        return name.startsWith(lead) ? name.substring(lead.length()) : name;
    }
}
