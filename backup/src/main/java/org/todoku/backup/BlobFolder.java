package org.todoku.backup;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.todoku.backup.archive.Sha256;

/** The files on the data disk, {@code ab/abcd…} by their names. A file is there whole or not. */
final class BlobFolder {
    private static final System.Logger LOG = System.getLogger(BlobFolder.class.getName());
    private static final String UNFINISHED = ".new";

    private final Path folder;

    BlobFolder(Path folder) {
        this.folder = folder;
    }

    Path path() {
        return folder;
    }

    void write(String name, byte[] content) throws IOException {
        Path file = place(name);
        if (Files.exists(file) && Files.size(file) == content.length) {
            return;
        }
        Path parent = folder.resolve(name.substring(0, 2));
        Files.createDirectories(parent);
        Path unfinished = file.resolveSibling(name + UNFINISHED);
        try (FileChannel out =
                FileChannel.open(
                        unfinished,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        }
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        for (Path named : List.of(parent, folder)) {
            try (FileChannel names = FileChannel.open(named)) {
                names.force(true);
            }
        }
    }

    /** Empty when it is not there, or not what its name says. */
    Optional<byte[]> read(String name) throws IOException {
        byte[] content;
        try {
            content = Files.readAllBytes(place(name));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        if (!Sha256.hex(content).equals(name)) {
            LOG.log(Level.WARNING, "{0} is damaged: fetched anew from the archive", place(name));
            Files.delete(place(name));
            return Optional.empty();
        }
        return Optional.of(content);
    }

    List<String> names() throws IOException {
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder, 2)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> !name.endsWith(UNFINISHED))
                    .toList();
        }
    }

    private Path place(String name) {
        return folder.resolve(name.substring(0, 2)).resolve(name);
    }
}
