package org.todoku.appliance.message;

import java.util.Optional;

/** Where files lie that belong to messages: named by their content, never changed. */
public interface FileStore {
    /**
     * Keeps a file; comes back when it is as durable as a commit.
     *
     * @return the SHA-256 of the content, in hexadecimal
     * @throws org.todoku.appliance.kernel.FaultException {@code STORAGE_UNAVAILABLE} when it was
     *     not kept
     */
    String put(byte[] content);

    /**
     * The content; empty when nobody has it.
     *
     * @throws org.todoku.appliance.kernel.FaultException {@code ARCHIVE_UNREACHABLE} when it lies
     *     only there and cannot be fetched now
     */
    Optional<byte[]> get(String sha256);
}
