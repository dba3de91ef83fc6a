package org.todoku.appliance;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.todoku.appliance.continuity.ArchivedFiles;
import org.todoku.appliance.continuity.Continuity;
import org.todoku.appliance.continuity.ContinuityConfig;
import org.todoku.appliance.continuity.ContinuityConfig.ArchivePlace;
import org.todoku.appliance.continuity.NoticeMerge;
import org.todoku.appliance.delivery.Durability;
import org.todoku.appliance.delivery.Ledger;
import org.todoku.appliance.delivery.NoticeLedger;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.message.FileStore;
import org.todoku.appliance.store.WriteGate;
import org.todoku.appliance.web.SystemState;

/**
 * Where the data lies and what is known about it: the only thing of the appliance that differs with
 * the database and the archive.
 *
 * @param jdbcUrl what to open
 * @param restored whether its content was restored from the archive and this is its first start
 * @param durability how a commit is known to outlive this machine
 * @param files where the files of messages lie
 * @param state what the pages tell about storage and archive
 * @param opened told once, when the database is open and migrated
 * @param takesBase takes a base backup now and tells its facts
 * @param continuity the backup's end, where there is one
 * @param noticeMerge brings what was sent without the server into the ledger
 * @param closing runs after the database is closed
 */
record Storage(
        String jdbcUrl,
        boolean restored,
        Durability durability,
        FileStore files,
        SystemState state,
        Consumer<Ledger> opened,
        BaseTaker takesBase,
        Optional<Continuity> continuity,
        Function<NoticeLedger, Optional<NoticeMerge>> noticeMerge,
        AutoCloseable closing) {

    /** Opens the storage for a data directory; the gate is closed and opened by who watches it. */
    @FunctionalInterface
    interface Opener {
        Storage open(ApplianceConfig config, Path dataDirectory, WriteGate gate);
    }

    /** Takes a base now, if it must be one that goes on from no other, and tells its facts. */
    @FunctionalInterface
    interface BaseTaker {
        Map<String, ?> take(boolean full);
    }

    /** As configured; nothing is kept of the configuration file itself. */
    static Storage open(ApplianceConfig config, Path dataDirectory, WriteGate gate) {
        return open(config, dataDirectory, gate, Optional.empty());
    }

    /**
     * As configured: embedded Derby through our own volume, with the archive where there is one, or
     * the database that is named.
     *
     * @param configFile kept with the archive, so that another host can take the service over
     */
    static Storage open(
            ApplianceConfig config, Path dataDirectory, WriteGate gate, Optional<Path> configFile) {
        Optional<String> elsewhere = config.database().url();
        if (elsewhere.isPresent()) {
            ArchivedFiles files = ArchivedFiles.local(dataDirectory);
            return new Storage(
                    elsewhere.get(),
                    false,
                    Durability.LOCAL,
                    files,
                    new LocalState(gate),
                    ledger -> {},
                    Storage::noBase,
                    Optional.empty(),
                    ledger -> Optional.empty(),
                    files);
        }
        InstantSource clock = InstantSource.system();
        Continuity continuity =
                Continuity.open(continuity(config, dataDirectory, configFile), gate, clock);
        return new Storage(
                continuity.jdbcUrl() + ";create=true",
                continuity.isRestored(),
                continuity,
                continuity.files(),
                new ArchivedState(continuity),
                ledger -> continuity.started(ledger, clock),
                continuity::takeBase,
                Optional.of(continuity),
                ledger -> Optional.of(continuity.noticeMerge(ledger)),
                continuity);
    }

    private static Map<String, ?> noBase(boolean full) {
        throw new FaultException(
                Fault.CONFLICT,
                "take a base",
                "the database lies elsewhere (database.url)",
                "back that database up with its own means");
    }

    private static ContinuityConfig continuity(
            ApplianceConfig config, Path dataDirectory, Optional<Path> configFile) {
        Optional<ArchivePlace> place = place(config, dataDirectory);
        URI publicUrl = config.http().publicUrl();
        return new ContinuityConfig(
                dataDirectory,
                place,
                config.volume().force().text(),
                config.volume().stallAfter(),
                config.volume().writeBehindMaxBytes(),
                config.volume().device(),
                publicUrl,
                Version.TEXT,
                capsuleFiles(config, configFile));
    }

    /** Where the archive lies, if there is one. */
    static Optional<ArchivePlace> place(ApplianceConfig config, Path dataDirectory) {
        ApplianceConfig.Archive archive = config.archive();
        return archive.url()
                .map(
                        url ->
                                new ArchivePlace(
                                        url,
                                        archive.endpoint(),
                                        archive.region(),
                                        archive.pathStyle(),
                                        archive.keyFileIn(dataDirectory),
                                        archive.shipInterval(),
                                        archive.baseInterval(),
                                        archive.keep()));
    }

    /** The configuration and the secrets that it names, but not the archive's own key. */
    private static Map<String, Path> capsuleFiles(
            ApplianceConfig config, Optional<Path> configFile) {
        Map<String, Path> files = new LinkedHashMap<>();
        if (configFile.isEmpty() || !Files.exists(configFile.get())) {
            return files;
        }
        Path file = configFile.get().toAbsolutePath().normalize();
        files.put("todoku.yaml", file);
        Path base = file.resolveSibling("");
        config.tls().certificate().ifPresent(path -> add(files, base, path));
        config.tls().key().ifPresent(path -> add(files, base, path));
        config.mail()
                .relays()
                .forEach(relay -> relay.passwordFile().ifPresent(p -> add(files, base, p)));
        config.mail()
                .mailbox()
                .flatMap(ApplianceConfig.Mailbox::passwordFile)
                .ifPresent(path -> add(files, base, path));
        config.dns().keyFile().ifPresent(path -> add(files, base, path));
        config.status().passwordFile().ifPresent(path -> add(files, base, path));
        config.status()
                .noticeRelay()
                .flatMap(ApplianceConfig.Relay::passwordFile)
                .ifPresent(path -> add(files, base, path));
        config.mail().dkim().forEach(dkim -> add(files, base, dkim.keyFile()));
        config.dns()
                .hooks()
                .ifPresent(folder -> CapsuleHooks.of(folder).forEach(f -> add(files, base, f)));
        return files;
    }

    /** Named as the configuration names it: relative to its own folder where it lies below that. */
    private static void add(Map<String, Path> files, Path base, Path path) {
        Path absolute = path.toAbsolutePath().normalize();
        boolean below = absolute.startsWith(base);
        files.put((below ? base.relativize(absolute) : absolute).toString(), absolute);
    }
}
