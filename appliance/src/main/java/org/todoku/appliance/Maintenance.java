package org.todoku.appliance;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.todoku.appliance.kernel.Ids;
import org.todoku.appliance.message.FileStore;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.store.Schema;
import org.todoku.appliance.store.WriteGate;

/** Work on a data directory on which no server runs: it is claimed meanwhile as a server does. */
public final class Maintenance {
    private Maintenance() {}

    /**
     * Opens the database, ships what the archive lacks, takes a base, and closes again. As every
     * start it claims the next epoch.
     *
     * @param full goes on from no other base
     * @return the facts of the base
     * @throws org.todoku.appliance.kernel.FaultException {@code DATA_DIR_IN_USE} when a server runs
     *     there after all, {@code FENCED} when the service moved, …
     */
    public static Map<String, ?> takeBase(Path directory, Optional<Path> configFile, boolean full) {
        Optional<Path> file =
                configFile.or(
                        () ->
                                Optional.of(DataDirectory.configIn(directory))
                                        .filter(java.nio.file.Files::isRegularFile));
        ApplianceConfig config = ConfigReader.read(file, System.getenv());
        WriteGate gate = new WriteGate();
        DataDirectory claimed = DataDirectory.claim(directory);
        try {
            return takeBase(Storage.open(config, claimed.path(), gate, file), gate, full);
        } finally {
            claimed.close();
        }
    }

    /** Works on organisations. */
    @FunctionalInterface
    public interface Carrying<T> {
        T with(Portability portability);
    }

    /**
     * Opens the database as a start does, for an export or an import, ships what that wrote, and
     * closes again.
     *
     * @throws org.todoku.appliance.kernel.FaultException as {@link #takeBase}
     */
    public static <T> T carry(Path directory, Optional<Path> configFile, Carrying<T> work) {
        Optional<Path> file =
                configFile.or(
                        () ->
                                Optional.of(DataDirectory.configIn(directory))
                                        .filter(java.nio.file.Files::isRegularFile));
        ApplianceConfig config = ConfigReader.read(file, System.getenv());
        WriteGate gate = new WriteGate();
        try (DataDirectory claimed = DataDirectory.claim(directory)) {
            Storage storage = Storage.open(config, claimed.path(), gate, file);
            return carry(storage, gate, storage.files(), work);
        }
    }

    /**
     * The same on a copy of the data that belongs to nobody, such as one out of the archive.
     *
     * @param files where the files of its messages are
     */
    public static <T> T carryCopy(Path copy, FileStore files, Carrying<T> work) {
        WriteGate gate = new WriteGate();
        try (DataDirectory claimed = DataDirectory.claim(copy)) {
            Storage storage = Storage.open(ApplianceConfig.defaults(), claimed.path(), gate);
            return carry(storage, gate, files, work);
        }
    }

    private static <T> T carry(Storage storage, WriteGate gate, FileStore files, Carrying<T> work) {
        try {
            Database database = Database.open(storage.jdbcUrl(), gate);
            try {
                Schema.migrate(database);
                Ids ids = new Ids(InstantSource.system(), new SecureRandom());
                ids.startAbove(NewestId.of(database));
                return work.with(new Portability(database, files, ids, InstantSource.system()));
            } finally {
                database.close();
            }
        } finally {
            close(storage);
        }
    }

    private static Map<String, ?> takeBase(Storage storage, WriteGate gate, boolean full) {
        try {
            Database database = Database.open(storage.jdbcUrl(), gate);
            try {
                return storage.takesBase().take(full);
            } finally {
                database.close();
            }
        } finally {
            close(storage);
        }
    }

    static void close(Storage storage) {
        try {
            storage.closing().close();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
