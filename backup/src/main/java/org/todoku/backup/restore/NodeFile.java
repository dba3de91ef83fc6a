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
import org.todoku.backup.objects.StoreLocation;

/**
 * {@code DIR/node.json}: who this data directory is to the archive, and where its content came from
 * if it was restored. Not part of the database, so a copy of the database is nobody.
 *
 * @param owner a random name, the {@code owner} of the epochs claimed from here
 * @param restored what was restored here and not yet told to the application
 * @param term the last one as the writer that this directory knows of
 */
public record NodeFile(String owner, Optional<Restored> restored, Optional<Term> term) {
    private static final String NAME = "node.json";
    private static final JsonMapper MAPPER =
            JsonMapper.builder()
                    .addModule(new Jdk8Module())
                    .defaultPropertyInclusion(
                            JsonInclude.Value.construct(
                                    JsonInclude.Include.NON_ABSENT, JsonInclude.Include.NON_ABSENT))
                    .build();

    public NodeFile(String owner, Optional<Restored> restored) {
        this(owner, restored, Optional.empty());
    }

    /** The application has taken notice of what was restored. */
    public NodeFile noted() {
        return new NodeFile(owner, Optional.empty(), term);
    }

    /** It became the writer. */
    public NodeFile writing(StoreLocation archive, long epoch) {
        Term now = new Term(Term.place(archive), epoch, false);
        return new NodeFile(owner, restored, Optional.of(now));
    }

    /** Another host became the writer. */
    public NodeFile ended() {
        return new NodeFile(owner, restored, term.map(t -> new Term(t.archive(), t.epoch(), true)));
    }

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

    /** The directory is nobody again. */
    public static void delete(Path dataDirectory) {
        Path file = dataDirectory.resolve(NAME);
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw failed("deleting " + file, e);
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
     * A term as the writer.
     *
     * @param archive where the archive lies
     * @param ended whether this host knows that another one is the writer
     */
    public record Term(String archive, long epoch, boolean ended) {
        public boolean isIn(StoreLocation location) {
            return archive.equals(place(location));
        }

        private static String place(StoreLocation location) {
            // The same folder may be written with a slash at its end and without.
            return location.toString().replaceAll("/+$", "");
        }
    }

    /**
     * What was restored.
     *
     * @param to the last segment that was applied
     * @param takeover the archive's epoch was claimed for this directory
     */
    public record Restored(ForkPoint to, String from, String at, boolean takeover) {}
}
