package org.todoku.backup;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;

/**
 * The files that were used last, so that sending to ten thousand reads each once, and those that
 * are on their way to a place, which must not be lost before they arrive. Thread-safe.
 */
final class BlobMemory {
    private static final long MAX = 64L << 20;
    private static final long MAX_PINNED = 64L << 20;

    private final Map<String, byte[]> recent = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<String, byte[]> pinned = new LinkedHashMap<>();
    private long recentBytes;
    private long pinnedBytes;

    synchronized Optional<byte[]> get(String name) {
        byte[] waiting = pinned.get(name);
        return Optional.ofNullable(waiting == null ? recent.get(name) : waiting);
    }

    /** Keeps it for as long as there is room. */
    synchronized void keep(String name, byte[] content) {
        if (recent.put(name, content) == null) {
            recentBytes += content.length;
        }
        var oldest = recent.entrySet().iterator();
        while (recentBytes > MAX && oldest.hasNext()) {
            recentBytes -= oldest.next().getValue().length;
            oldest.remove();
        }
    }

    /** Keeps it until {@link #unpin}. */
    synchronized void pin(String name, byte[] content) {
        if (pinned.containsKey(name)) {
            return;
        }
        if (pinnedBytes + content.length > MAX_PINNED) {
            throw new BackupException(
                    BackupFault.DISK_FAILED,
                    "keeping a file",
                    "%d MiB of files wait for the data disk already".formatted(pinnedBytes >> 20),
                    "try again when the storage answers");
        }
        pinned.put(name, content);
        pinnedBytes += content.length;
    }

    synchronized void unpin(String name) {
        byte[] content = pinned.remove(name);
        if (content != null) {
            pinnedBytes -= content.length;
            keep(name, content);
        }
    }

    synchronized void forget(String name) {
        unpin(name);
        byte[] content = recent.remove(name);
        if (content != null) {
            recentBytes -= content.length;
        }
    }
}
