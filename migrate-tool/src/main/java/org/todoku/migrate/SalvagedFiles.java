package org.todoku.migrate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.todoku.backup.archive.Archive;

/** Files of messages that only the old disk has: each is named by its SHA-256. */
record SalvagedFiles(List<Path> files) {
    private static final Pattern NAME = Pattern.compile("[0-9a-f]{64}");

    SalvagedFiles {
        files = List.copyOf(files);
    }

    /** What the archive lacks; those that are not what their name says are left where they are. */
    static SalvagedFiles of(Archive archive, Path oldData) throws IOException {
        Path blobs = oldData.resolve("blobs");
        if (!Files.isDirectory(blobs)) {
            return new SalvagedFiles(List.of());
        }
        Set<String> archived = new HashSet<>(archive.blobs().names());
        List<Path> found = new ArrayList<>();
        try (Stream<Path> all = Files.walk(blobs, 2)) {
            for (Path file : all.filter(Files::isRegularFile).sorted().toList()) {
                String name = name(file);
                boolean lacking = NAME.matcher(name).matches() && !archived.contains(name);
                if (lacking && hash(Files.readAllBytes(file)).equals(name)) {
                    found.add(file);
                }
            }
        }
        return new SalvagedFiles(found);
    }

    /** Beside the file of rows, for {@code --import}; only this user reads them. */
    static Path folder(Path rows) {
        return rows.resolveSibling(rows.getFileName() + ".files");
    }

    void copyTo(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectory(
                    folder,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        }
        for (Path file : files) {
            Files.write(folder.resolve(name(file)), Files.readAllBytes(file));
        }
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    private static String hash(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 belongs to every Java", e);
        }
    }
}
