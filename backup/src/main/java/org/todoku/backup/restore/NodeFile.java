package org.todoku.backup.restore;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.UUID;
import org.todoku.backup.archive.ForkPoint;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;

/**
 * {@code DIR/node.json}: who this data directory is to the archive, and where its content came from
 * if it was restored. Not part of the database, so a copy of the database is nobody.
 *
 * @param owner a random name, the {@code owner} of the epochs claimed from here
 * @param restored what was restored here and not yet told to the application
 */
public record NodeFile(String owner, Optional<Restored> restored) {
    private static final String NAME = "node.json";
    private static final JsonMapper MAPPER =
            JsonMapper.builder()
                    .addModule(new Jdk8Module())
                    .defaultPropertyInclusion(
                            JsonInclude.Value.construct(
                                    JsonInclude.Include.NON_ABSENT, JsonInclude.Include.NON_ABSENT))
                    .build();

    public static NodeFile fresh() {
        return new NodeFile(UUID.randomUUID().toString(), Optional.empty());
    }

    public static Optional<NodeFile> read(Path dataDirectory) {
        Path file = dataDirectory.resolve(NAME);
        try {
            return Files.exists(file)
                    ? Optional.of(MAPPER.readValue(file.toFile(), NodeFile.class))
                    : Optional.empty();
        } catch (IOException e) {
            throw failed("reading " + file, e);
        }
    }

    /** Replaces the file in one step, so that a crash leaves the old or the new one. */
    public void write(Path dataDirectory) {
        Path file = dataDirectory.resolve(NAME);
        Path temporary = dataDirectory.resolve(NAME + ".new");
        try {
            Files.createDirectories(dataDirectory);
            Files.write(
                    temporary,
                    MAPPER.writeValueAsBytes(this),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.SYNC);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw failed("writing " + file, e);
        }
    }

    private static BackupException failed(String what, IOException e) {
        return new BackupException(
                BackupFault.DISK_FAILED,
                what,
                e.toString(),
                "may this user read and write there, has the disk room?",
                e);
    }

    /**
     * What was restored.
     *
     * @param to the last segment that was applied
     * @param takeover the archive's epoch was claimed for this directory
     */
    public record Restored(ForkPoint to, String from, String at, boolean takeover) {}
}
