package org.todoku.backup.objects;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.ObjLongConsumer;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;

/**
 * Objects as files below a folder. An object is written and forced under a temporary name and then
 * linked to its own, so that a reader never sees half of one and the first of two writers wins.
 */
public final class FolderObjects implements ObjectStore {
    private static final String TEMPORARY = ".tmp-";

    private final Path root;

    public FolderObjects(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    @Override
    public boolean create(String key, byte[] content) {
        return attempt(
                "writing",
                key,
                () -> {
                    Path target = path(key);
                    if (Files.exists(target)) {
                        return false;
                    }
                    Path temporary = writeTemporary(target, content);
                    try {
                        Files.createLink(target, temporary);
                        forceFolder(target);
                        return true;
                    } catch (FileAlreadyExistsException e) {
                        return false;
                    } finally {
                        Files.deleteIfExists(temporary);
                    }
                });
    }

    @Override
    public void replace(String key, byte[] content) {
        attempt(
                "writing",
                key,
                () -> {
                    Path target = path(key);
                    Path temporary = writeTemporary(target, content);
                    Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
                    forceFolder(target);
                    return true;
                });
    }

    @Override
    public Optional<byte[]> get(String key) {
        return attempt(
                "reading",
                key,
                () -> {
                    try {
                        return Optional.of(Files.readAllBytes(path(key)));
                    } catch (NoSuchFileException e) {
                        return Optional.empty();
                    }
                });
    }

    @Override
    public List<ObjectInfo> list(String prefix) {
        return attempt(
                "listing",
                prefix,
                () -> {
                    int slash = prefix.lastIndexOf('/');
                    Path start = slash < 0 ? root : root.resolve(prefix.substring(0, slash));
                    if (!Files.isDirectory(start)) {
                        return List.of();
                    }
                    List<ObjectInfo> found = new ArrayList<>();
                    Files.walkFileTree(
                            start,
                            new StillThere(
                                    (path, size) -> found.add(new ObjectInfo(key(path), size))));
                    found.removeIf(info -> !info.key().startsWith(prefix));
                    found.sort(Comparator.comparing(ObjectInfo::key));
                    return List.copyOf(found);
                });
    }

    @Override
    public void delete(String key) {
        attempt("deleting", key, () -> Files.deleteIfExists(path(key)));
    }

    @Override
    public Optional<Instant> clock(String key) {
        replace(key, new byte[] {'x'});
        return attempt(
                "reading",
                key,
                () -> Optional.of(Files.getLastModifiedTime(path(key)).toInstant()));
    }

    @Override
    public String location() {
        return root.toUri().toString();
    }

    @Override
    public void close() {}

    private String key(Path path) {
        return root.relativize(path).toString();
    }

    private Path writeTemporary(Path target, byte[] content) throws IOException {
        Path folder = parent(target);
        Files.createDirectories(folder);
        Path temporary = folder.resolve(TEMPORARY + UUID.randomUUID());
        try (FileChannel channel =
                FileChannel.open(
                        temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        return temporary;
    }

    /**
     * Without this the name of a file may be gone after a power cut, though its bytes are there.
     */
    private static void forceFolder(Path target) throws IOException {
        try (FileChannel channel = FileChannel.open(parent(target), StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static Path parent(Path target) {
        Path folder = target.getParent();
        if (folder == null) {
            throw new IllegalArgumentException("no object key: " + target);
        }
        return folder;
    }

    private Path path(String key) {
        Path path = root.resolve(key).normalize();
        if (!path.startsWith(root) || path.equals(root)) {
            throw new IllegalArgumentException("no object key: " + key);
        }
        return path;
    }

    private <T> T attempt(String act, String key, FileCall<T> call) {
        try {
            return call.run();
        } catch (IOException e) {
            throw new BackupException(
                    BackupFault.STORE_UNREACHABLE,
                    act + " " + key + " in the archive folder " + root,
                    e.toString(),
                    "is the disk mounted, has it room, may this user write there?",
                    e);
        }
    }

    /** Objects in a folder where others write and expire at the same time: what is gone is gone. */
    private static final class StillThere extends SimpleFileVisitor<Path> {
        private final ObjLongConsumer<Path> objects;

        StillThere(ObjLongConsumer<Path> objects) {
            this.objects = objects;
        }

        @Override
        public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
            if (attributes.isRegularFile()
                    && !path.getFileName().toString().startsWith(TEMPORARY)) {
                objects.accept(path, attributes.size());
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path path, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw e;
        }
    }

    private interface FileCall<T> {
        T run() throws IOException;
    }
}
