package org.todoku.backup.objects;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A flat store of objects by key. Keys are ASCII, parts separated by {@code /}. Implementations are
 * thread-safe.
 *
 * <p>Every method throws {@link org.todoku.backup.fault.BackupException} with {@code
 * STORE_UNREACHABLE} when trying again may help and {@code STORE_REFUSED} when it will not.
 */
public interface ObjectStore extends AutoCloseable {
    /**
     * Stores an object under a key that must not exist yet. After true the object is durable and
     * visible to every reader; after false the key was taken and nothing changed. Of several
     * writers of one key at most one gets true, if the store keeps what the {@link BucketProbe}
     * asks of it. After an exception either may have happened.
     */
    boolean create(String key, byte[] content);

    /**
     * Stores or replaces an object. In an archive only for keys below {@code status/} and {@code
     * probe/}.
     */
    void replace(String key, byte[] content);

    /** The whole object, or empty when there is none. */
    Optional<byte[]> get(String key);

    /** All objects whose key starts with the prefix, in the order of their keys. */
    List<ObjectInfo> list(String prefix);

    /** Deletes an object; deleting what is not there is no error. */
    void delete(String key);

    /**
     * Creates an object below {@code probe/} that is not there yet, and says what time that was by
     * the store's own clock; empty when the store does not tell.
     */
    default Optional<Instant> clock(String key) {
        return Optional.empty();
    }

    /** Where this is, for messages, as {@code s3://bucket/prefix}. */
    String location();

    @Override
    void close();
}
