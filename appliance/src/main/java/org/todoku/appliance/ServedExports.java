package org.todoku.appliance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.todoku.appliance.account.Audit;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.kernel.Ids;
import org.todoku.appliance.message.FileStore;
import org.todoku.appliance.portable.Exporter;
import org.todoku.appliance.store.Database;

/**
 * Exports of a running server, one at a time, into a folder of its own in the temporary folder; one
 * that nobody came for is deleted when the next is made, and what a server that was killed has left
 * when the next one starts.
 */
final class ServedExports implements Exporter {
    private static final Logger LOG = LoggerFactory.getLogger(ServedExports.class);
    private static final String FOLDER = "download";
    private static final Duration LEFT = Duration.ofHours(1);

    private final Portability portability;
    private final Database database;
    private final Audit audit;
    private final InstantSource clock;
    private final Semaphore one = new Semaphore(1);
    private @Nullable Scratch scratch;

    ServedExports(Database database, FileStore files, Ids ids, InstantSource clock) {
        this.portability = new Portability(database, files, ids, clock);
        this.database = database;
        this.audit = new Audit(database, ids, clock);
        this.clock = clock;
        try {
            Scratch.clear(FOLDER);
        } catch (IOException e) {
            LOG.warn("looking for exports that a killed server has left: {}", e.toString());
        }
    }

    @Override
    public Path export(OrganisationId organisation, String actor) {
        if (!one.tryAcquire()) {
            throw new FaultException(
                    Fault.OVERLOADED,
                    "export the organisation",
                    "another export is being made",
                    "try again in a few minutes");
        }
        try {
            database.change(
                    tx -> audit.record(tx, organisation, actor, "export", "everything, as a file"));
            Path file = folder().resolve(UUID.randomUUID() + ".zip");
            var made = portability.export(organisation, file, (done, of) -> {});
            assert made.version() > 0;
            return file;
        } catch (IOException e) {
            throw new FaultException(
                    Fault.STORAGE_UNAVAILABLE,
                    "export the organisation",
                    e.toString(),
                    "is there room in the temporary folder?",
                    e);
        } finally {
            one.release();
        }
    }

    /** Only this user reads it. What lies in it from before is old, or is being sent. */
    private Path folder() throws IOException {
        Scratch made = scratch;
        if (made == null || !Files.isDirectory(made.folder())) {
            made = Scratch.make(FOLDER);
            scratch = made;
        }
        Path known = made.folder();
        Instant old = clock.instant().minus(LEFT);
        try (Stream<Path> files = Files.list(known)) {
            for (Path file : files.toList()) {
                if (Files.getLastModifiedTime(file).toInstant().isBefore(old)) {
                    Files.deleteIfExists(file);
                }
            }
        }
        return known;
    }
}
