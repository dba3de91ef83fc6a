package org.todoku.backup.volume;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.todoku.backup.volume.Operation.Create;
import org.todoku.backup.volume.Operation.Delete;
import org.todoku.backup.volume.Operation.KeepPrivate;
import org.todoku.backup.volume.Operation.MakeFolder;
import org.todoku.backup.volume.Operation.Rename;

/**
 * The names below the database directory, in memory: read from the disk once, and from then on
 * every question is answered here and every change queued in the order in which it was made. Nobody
 * else may change the directory meanwhile. Thread-safe.
 */
final class Tree {
    private static final Pattern LOG_FILE = Pattern.compile("log(\\d+)\\.dat");

    private final Path root;
    private final WriteQueue queue;
    // A folder has no node. Guarded by the queue's lock, so that memory and queue agree.
    private final Map<Path, @Nullable Node> entries = new HashMap<>();

    Tree(Path root, WriteQueue queue) {
        this.root = root;
        this.queue = queue;
    }

    /** Reads what is there; nothing when the directory does not exist yet. */
    void load() throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.toList()) {
                boolean folder = Files.isDirectory(path);
                entries.put(
                        path,
                        folder ? null : Node.onDisk(path, Files.size(path), logNumber(path) >= 0));
            }
        }
    }

    /** The number of a log file; -1 for any other. */
    long logNumber(Path path) {
        Path name = path.getFileName();
        Matcher matcher = LOG_FILE.matcher(name == null ? "" : name.toString());
        return root.resolve("log").equals(path.getParent()) && matcher.matches()
                ? Long.parseLong(matcher.group(1))
                : -1;
    }

    boolean exists(Path path) {
        return locked(() -> entries.containsKey(path));
    }

    boolean isFolder(@Nullable Path path) {
        return locked(() -> entries.containsKey(path) && entries.get(path) == null);
    }

    @Nullable Node file(Path path) {
        queue.lock();
        try {
            return entries.get(path);
        } finally {
            queue.unlock();
        }
    }

    /** All files; call it under the queue's lock. */
    Map<Path, Node> files() {
        Map<Path, Node> files = new HashMap<>();
        entries.forEach(
                (path, node) -> {
                    if (node != null) {
                        files.put(path, node);
                    }
                });
        return files;
    }

    /** Names in a folder, in no order; null when it is none. */
    String @Nullable [] list(Path folder) {
        queue.lock();
        try {
            if (!entries.containsKey(folder) || entries.get(folder) != null) {
                return null;
            }
            return children(folder).stream()
                    .map(path -> String.valueOf(path.getFileName()))
                    .toArray(String[]::new);
        } finally {
            queue.unlock();
        }
    }

    /** Opens a file, and makes it where there is none. */
    Node open(Path path) throws FileNotFoundException {
        queue.lock();
        try {
            Node found = entries.get(path);
            return found == null ? create(path) : found;
        } finally {
            queue.unlock();
        }
    }

    /** Makes an empty file in the place of what was there. */
    Node create(Path path) throws FileNotFoundException {
        queue.lock();
        try {
            if (!isFolder(path.getParent())
                    || (entries.containsKey(path) && entries.get(path) == null)) {
                throw new FileNotFoundException(path + " (no such folder, or itself a folder)");
            }
            Node node = Node.unborn(logNumber(path) >= 0);
            entries.put(path, node);
            queue.add(new Create(node, path));
            return node;
        } finally {
            queue.unlock();
        }
    }

    boolean makeFolder(Path path) {
        return locked(
                () -> {
                    Path parent = path.getParent();
                    boolean inFolder =
                            path.equals(root)
                                    ? parent != null && Files.isDirectory(parent)
                                    : isFolder(parent);
                    if (!inFolder || entries.containsKey(path)) {
                        return false;
                    }
                    entries.put(path, null);
                    queue.add(new MakeFolder(path));
                    return true;
                });
    }

    boolean makeFolders(Path path) {
        return locked(
                () -> {
                    if (entries.containsKey(path)) {
                        return false;
                    }
                    Path parent = path.getParent();
                    if (!path.equals(root) && parent != null && !entries.containsKey(parent)) {
                        makeFolders(parent);
                    }
                    // For the root this makes the folders above it too.
                    entries.put(path, null);
                    queue.add(new MakeFolder(path));
                    return true;
                });
    }

    /** Deletes a file, or a folder that is empty. */
    boolean delete(Path path) {
        return locked(
                () -> {
                    if (!entries.containsKey(path) || !children(path).isEmpty()) {
                        return false;
                    }
                    queue.add(new Delete(entries.remove(path), path));
                    return true;
                });
    }

    boolean deleteAll(Path path) {
        return locked(
                () -> {
                    children(path).forEach(this::deleteAll);
                    return delete(path);
                });
    }

    /** Renames a file, over what is there. Folders are not renamed. */
    boolean rename(Path from, Path to) {
        return locked(
                () -> {
                    Node node = entries.get(from);
                    boolean ontoFolder = entries.containsKey(to) && entries.get(to) == null;
                    if (node == null || ontoFolder || node.isLog() || logNumber(to) >= 0) {
                        return false;
                    }
                    entries.remove(from);
                    entries.put(to, node);
                    queue.add(new Rename(node, from, to));
                    return true;
                });
    }

    void keepPrivate(Path path) {
        locked(
                () -> {
                    if (entries.containsKey(path)) {
                        queue.add(new KeepPrivate(entries.get(path), path));
                    }
                    return true;
                });
    }

    private List<Path> children(Path folder) {
        List<Path> found = new ArrayList<>();
        for (Path path : entries.keySet()) {
            if (folder.equals(path.getParent())) {
                found.add(path);
            }
        }
        return found;
    }

    private boolean locked(java.util.function.BooleanSupplier change) {
        queue.lock();
        try {
            return change.getAsBoolean();
        } finally {
            queue.unlock();
        }
    }
}
