package org.todoku.appliance.continuity;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.todoku.appliance.continuity.ContinuityConfig.ArchivePlace;
import org.todoku.appliance.delivery.Durability;
import org.todoku.appliance.delivery.Ledger;
import org.todoku.appliance.delivery.NoticeLedger;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.store.WriteGate;
import org.todoku.backup.Backup;
import org.todoku.backup.BackupConfig;
import org.todoku.backup.BackupStatus;
import org.todoku.backup.ForcePolicy;
import org.todoku.backup.archive.BaseManifest;
import org.todoku.backup.archive.Capsule;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.objects.StoreLocation;
import org.todoku.backup.ship.StandbyFeed;

/**
 * The appliance's end of the backup. Call order: {@link #open} before the database is opened with
 * {@link #jdbcUrl}, {@link #started} when it is migrated, {@link #close} after it is closed.
 *
 * <p>When a newer epoch fences this host out, the write gate closes with the place where the
 * service is now, and nothing waits for the archive any more. When neither the disk nor the archive
 * takes what is written, it closes until one does. Thread-safe.
 */
public final class Continuity implements Durability, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Continuity.class.getName());

    private static final Duration SMALL_STOP = Duration.ofSeconds(2);

    private final Backup backup;
    private final WakeWatch wake;

    private Continuity(Backup backup, WriteGate gate, InstantSource clock) {
        this.backup = backup;
        this.wake = new WakeWatch(this::isOver, clock);
        gate.watch(wake::slept);
    }

    /** Opens the backup, or says in one fault why this directory may not be served. */
    public static Continuity open(ContinuityConfig config, WriteGate gate, InstantSource clock) {
        try {
            BackupConfig backup =
                    new BackupConfig(
                            config.dataDirectory(),
                            config.archive().map(Continuity::settings),
                            force(config.force()),
                            config.stallAfter(),
                            config.writeBehindMaxBytes(),
                            config.device(),
                            config.publicUrl().toString(),
                            config.version(),
                            () -> capsule(config));
            GateKeeper keeper = new GateKeeper(gate);
            return new Continuity(Backup.open(backup, keeper::fence, keeper, clock), gate, clock);
        } catch (BackupException e) {
            throw ArchiveFaults.of(e);
        }
    }

    /** The URL to open the embedded database with, without attributes. */
    public String jdbcUrl() {
        return backup.jdbcUrl();
    }

    /** The files of messages; closed with this. */
    public ArchivedFiles files() {
        return new ArchivedFiles(backup.blobs());
    }

    /** Brings what was sent without the server into the ledger; to be started and stopped. */
    public NoticeMerge noticeMerge(NoticeLedger ledger) {
        return new NoticeMerge(backup::notices, ledger);
    }

    /** Whether the directory was restored and is opened for the first time since. */
    public boolean isRestored() {
        return backup.restored().isPresent();
    }

    /**
     * The database is open and migrated. After a restore the ledger is told first: what was claimed
     * then is in doubt now, and what was being sent waits for a person.
     */
    public void started(Ledger ledger, InstantSource clock) {
        try {
            if (backup.restored().isPresent()) {
                ledger.afterRestore(clock.instant());
                backup.restoreNoted();
                LOG.log(
                        Level.INFO,
                        "this directory was restored: messages that were being sent are on hold");
            }
            backup.start();
            wake.start();
        } catch (BackupException e) {
            throw ArchiveFaults.of(e);
        }
    }

    @Override
    public boolean awaitArchived(Duration timeout) {
        return backup.awaitArchived(timeout);
    }

    /** Ships what is committed now, without waiting for the interval. */
    boolean hurryArchived(Duration timeout) {
        return backup.hurryArchived(timeout);
    }

    /** The standbys that are fed from here; empty while this host is not the writer. */
    Optional<StandbyFeed> feed() {
        return backup.feed();
    }

    /** Whether another host has become the archive's writer; asks it. */
    boolean isOver() {
        try {
            return backup.isOver();
        } catch (BackupException e) {
            throw ArchiveFaults.of(e);
        }
    }

    /**
     * Takes a base now; comes back when it counts.
     *
     * @param full goes on from no other base
     */
    public Map<String, Object> takeBase(boolean full) {
        try {
            BaseManifest base = backup.takeBase(full);
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("base", base.id());
            facts.put("taken", base.taken());
            facts.put("bytes", base.bytes());
            facts.put("ownBytes", base.ownBytes());
            return facts;
        } catch (BackupException e) {
            throw ArchiveFaults.of(e);
        }
    }

    /** From memory, without waiting. */
    public BackupStatus status() {
        return backup.status();
    }

    @Override
    public void close() {
        try {
            if (!wake.stop(SMALL_STOP)) {
                LOG.log(Level.WARNING, "the archive still does not answer whether to go on");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        backup.close();
    }

    private static BackupConfig.ArchiveSettings settings(ArchivePlace place) {
        StoreLocation location =
                new StoreLocation(place.url(), place.endpoint(), place.region(), place.pathStyle());
        return new BackupConfig.ArchiveSettings(
                location,
                place.keyFile(),
                place.shipInterval(),
                place.baseInterval(),
                place.keep());
    }

    private static ForcePolicy force(String text) {
        return ForcePolicy.valueOf(text.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    private static Capsule capsule(ContinuityConfig config) {
        Map<String, String> files = new HashMap<>();
        config.capsuleFiles().forEach((name, path) -> files.put(name, read(path)));
        return new Capsule(config.version(), files);
    }

    private static String read(Path path) {
        try {
            return Capsule.encode(Files.readAllBytes(path));
        } catch (IOException e) {
            throw new FaultException(
                    Fault.CONFIG_INVALID,
                    "read " + path + " to keep it with the archive",
                    e.toString(),
                    "correct the path in the configuration, or let this user read it",
                    e);
        }
    }

    /** Whether there is an archive, for what must be said without one. */
    public Optional<BackupStatus.ArchiveStatus> archive() {
        return status().archive();
    }
}
