package org.todoku.backup.archive;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.todoku.backup.objects.ObjectInfo;
import org.todoku.backup.objects.ObjectStore;

/**
 * The files of an archive, {@code blob/SHA-256-of-the-content}: stored once whoever asks for it,
 * sealed as everything else, never replaced. Thread-safe.
 */
public final class BlobObjects {
    private static final String PREFIX = "blob/";

    private final ObjectStore store;
    private final Sealing sealing;

    BlobObjects(ObjectStore store, Sealing sealing) {
        this.store = store;
        this.sealing = sealing;
    }

    /** Puts a file, unless it is there. */
    public void put(String sha256, byte[] content) {
        String key = PREFIX + sha256;
        // A host that was cut off in the middle left nothing: a store shows objects whole.
        if (store.get(key).isEmpty()
                && !store.create(key, sealing.seal(key, content))
                && !Arrays.equals(read(sha256).orElse(null), content)) {
            throw Sealing.damaged(key, "another content lies there", new IOException(key));
        }
    }

    /** Reads a file and proves that it is the one of this name; empty when it is not there. */
    public Optional<byte[]> read(String sha256) {
        String key = PREFIX + sha256;
        Optional<byte[]> content = store.get(key).map(object -> sealing.open(key, object));
        if (content.isPresent() && !Sha256.hex(content.get()).equals(sha256)) {
            throw Sealing.damaged(key, "its content is another file's", new IOException(key));
        }
        return content;
    }

    /** The names of all files. Lists. */
    public List<String> names() {
        return store.list(PREFIX).stream()
                .map(ObjectInfo::key)
                .map(key -> key.substring(PREFIX.length()))
                .toList();
    }
}
