package org.todoku.appliance.continuity;

import java.nio.file.Path;
import java.util.Optional;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.message.FileStore;
import org.todoku.backup.Blobs;
import org.todoku.backup.fault.BackupException;

/** The files of messages, in the data directory and in the archive where there is one. */
public final class ArchivedFiles implements FileStore, AutoCloseable {
    private final Blobs blobs;

    ArchivedFiles(Blobs blobs) {
        this.blobs = blobs;
    }

    /** Files of an appliance whose database lies elsewhere: in its own folder only. */
    public static ArchivedFiles local(Path dataDirectory) {
        return new ArchivedFiles(new Blobs(Blobs.Home.local(dataDirectory.resolve("blobs"))));
    }

    @Override
    public String put(byte[] content) {
        try {
            return blobs.put(content);
        } catch (BackupException e) {
            throw new FaultException(
                    Fault.STORAGE_UNAVAILABLE, "keep the file", e.why(), e.hint(), e);
        }
    }

    @Override
    public Optional<byte[]> get(String sha256) {
        try {
            return blobs.get(sha256);
        } catch (BackupException e) {
            throw new FaultException(
                    Fault.ARCHIVE_UNREACHABLE, "fetch the file", e.why(), e.hint(), e);
        }
    }

    @Override
    public void close() {
        blobs.close();
    }
}
