package org.todoku.backup;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.ArchiveInfo;
import org.todoku.backup.archive.BaseLayers;
import org.todoku.backup.archive.BaseManifest;
import org.todoku.backup.archive.Capsule;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.archive.Chain.SegmentRef;
import org.todoku.backup.archive.Epoch;
import org.todoku.backup.archive.ForkPoint;
import org.todoku.backup.archive.HostName;
import org.todoku.backup.archive.SealedSegment;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.objects.ObjectStore;
import org.todoku.backup.objects.ObjectStores;
import org.todoku.backup.objects.StoreLocation;
import org.todoku.backup.restore.NodeFile;
import org.todoku.backup.ship.LogShipper;
import org.todoku.backup.ship.LogTail;
import org.todoku.backup.ship.ShipSettings;
import org.todoku.backup.ship.ShipStatus;
import org.todoku.backup.volume.LocalLog;
import org.todoku.backup.volume.LogPosition;

/**
 * A second archive, written by a process of its own beside a running server: it follows the log
 * files on the disk and copies the bases out of the server's archive. So a third copy exists, with
 * other credentials, which no fault of the server's process can touch.
 *
 * <p>Promises: never writes to the server's own archive, also where it shares its bucket and prefix
 * ({@link #placeOf}); what it has shipped restores by itself. Behind the server's disk by about one
 * ship interval. Does not: see what the server holds only in memory while its disk is stalled (the
 * server's own archive has that).
 */
public final class Follower implements AutoCloseable {
    /** Where the second archive lies when both share a place: below the server's own keys. */
    public static final String BESIDE = "second";

    private static final System.Logger LOG = System.getLogger(Follower.class.getName());
    private static final Duration BASE_WAIT = Duration.ofMinutes(2);

    /** Listing costs: bases are rare. */
    private static final Duration LOOK = Duration.ofMinutes(1);

    private static final double MIB = 1024.0 * 1024;

    private final Archive source;
    private final Archive target;
    private final LogShipper shipper;
    private final LogTail tail;
    private final FollowSettings settings;
    private final long line;
    private final Set<String> copied = new HashSet<>();
    private long lookedNanos = System.nanoTime() - LOOK.toNanos();

    private Follower(Parts parts, FollowSettings settings, long line) {
        this.source = parts.source;
        this.target = parts.target;
        this.shipper = parts.shipper;
        this.tail = parts.tail;
        this.settings = settings;
        this.line = line;
    }

    private record Parts(Archive source, Archive target, LogShipper shipper, LogTail tail) {}

    /**
     * What is followed, and how.
     *
     * @param dataDirectory of the server
     * @param url where people reach the service
     * @param interval how often the log is looked at and at most shipped
     * @param mibPerSecond how fast bases are copied
     */
    public record FollowSettings(
            Path dataDirectory,
            String url,
            String version,
            Duration interval,
            double mibPerSecond) {
        Path database() {
            return dataDirectory.resolve("db");
        }
    }

    /**
     * Where the second archive lies: the place that was named, or below it where that is the place
     * of the server's own archive. So both have an id, epochs and keys of their own, and nothing
     * that cares for the one lists or deletes anything of the other.
     */
    public static StoreLocation placeOf(Archive source, StoreLocation named) {
        try (ObjectStore store = ObjectStores.open(named)) {
            boolean shared = ArchiveInfo.idAt(store).filter(source.id()::equals).isPresent();
            return shared ? named.within(BESIDE) : named;
        }
    }

    /**
     * Begins to follow: goes on where this directory's follower stopped, or anew where the log no
     * longer joins. Both archives stay the caller's to close.
     *
     * @throws BackupException {@code FENCED} when somebody else writes to the second archive, or it
     *     is the server's own; {@code NO_BASE} when the server has taken none yet
     */
    public static Follower open(
            Archive source, Archive target, FollowSettings settings, InstantSource clock) {
        if (source.id().equals(target.id())) {
            throw new BackupException(
                    BackupFault.FENCED,
                    "following into " + target.location(),
                    "it is the archive that the server itself writes to",
                    "open it at Follower.placeOf: two shippers never write the same keys");
        }
        String owner = "follower of " + owner(settings.dataDirectory());
        Chain found = Chain.read(target);
        Optional<Epoch> newest = found.newest();
        if (newest.isPresent() && !newest.get().owner().equals(owner)) {
            throw new BackupException(
                    BackupFault.FENCED,
                    "following into " + target.location(),
                    "epoch %d there belongs to %s"
                            .formatted(newest.get().number(), newest.get().host()),
                    "name an archive of its own for each server");
        }
        LocalLog log = new LocalLog(settings.database());
        Chain chain = found.seal(owner);
        Optional<ForkPoint> joins = chain.tail().filter(end -> joins(target, log, end));
        Epoch epoch =
                new Epoch(
                        newest.map(Epoch::number).orElse(0L) + 1,
                        owner,
                        HostName.here(),
                        settings.url(),
                        joins,
                        clock.instant().toString(),
                        settings.version());
        if (!target.claim(epoch)) {
            throw new BackupException(
                    BackupFault.CLAIM_LOST,
                    "claiming epoch " + epoch.number() + " of " + target.location(),
                    "another follower claimed it at the same moment",
                    "run one follower only");
        }
        var shipping = new ShipSettings(settings.interval(), newer -> {});
        LogShipper shipper = new LogShipper(target, epoch, log, shipping, clock);
        // Before anything is shipped: so its absence is never taken for a loss.
        target.putCapsule(
                epoch.number(),
                source.newestEpoch()
                        .flatMap(writer -> source.capsule(writer.number()))
                        .orElse(Capsule.empty(settings.version())));
        shipper.start(List.of());
        // Bases of a line that no longer joins stay what they are: these get other names.
        long line = joins.isEmpty() ? epoch.number() : chain.links().getFirst().epoch().number();
        LogPosition from = joins.map(ForkPoint::end).orElseGet(() -> first(log));
        var parts = new Parts(source, target, shipper, new LogTail(log, from));
        return new Follower(parts, settings, line);
    }

    /** Looks once: hands on what is new in the log, copies a base that is new. */
    public void step() {
        tail.poll(shipper.tap());
        if (System.nanoTime() - lookedNanos >= LOOK.toNanos()) {
            copyBase();
            copyFiles();
            lookedNanos = System.nanoTime();
        }
    }

    /** How far it is. */
    public ShipStatus status() {
        return shipper.status();
    }

    /** Waits until everything handed on so far is in the second archive. */
    public boolean awaitShipped(Duration timeout) {
        return shipper.awaitShipped(timeout);
    }

    /** Copies the newest base and those under it, as far as they are not there. Lists. */
    void copyBase() {
        List<BaseManifest> all = source.bases();
        if (all.isEmpty()) {
            throw new BackupException(
                    BackupFault.NO_BASE,
                    "copying a base from " + source.location(),
                    "there is none yet",
                    "the server takes the first when it starts; look at its log");
        }
        BaseManifest newest = all.getLast();
        if (copied.contains(newest.id())) {
            return;
        }
        Set<String> there = new HashSet<>(target.bases().stream().map(BaseManifest::id).toList());
        for (BaseManifest base : BaseLayers.line(newest, all)) {
            if (!there.contains(named(base.id()))) {
                copy(base);
            }
            copied.add(base.id());
        }
    }

    /** Copies the files that belong to rows, as far as they are not there. Lists. */
    void copyFiles() {
        Set<String> missing = new LinkedHashSet<>(source.blobs().names());
        missing.removeAll(copied);
        if (missing.isEmpty()) {
            return;
        }
        copied.addAll(target.blobs().names());
        missing.removeAll(copied);
        for (String name : missing) {
            source.blobs()
                    .read(name)
                    .ifPresent(
                            content -> {
                                target.blobs().put(name, content);
                                pause(content.length);
                            });
            copied.add(name);
        }
    }

    private void pause(long bytes) {
        LockSupport.parkNanos((long) (bytes / MIB / settings.mibPerSecond() * 1e9));
    }

    private void copy(BaseManifest base) {
        String id = named(base.id());
        for (int pack = 1; pack <= base.packs().size(); pack++) {
            target.putPack(id, pack, source.pack(base.id(), pack));
            pause(base.packs().get(pack - 1));
        }
        target.putIndex(id, source.index(base.id()));
        awaitLog(base);
        target.put(base.in(this::named, before(base.end())));
        LOG.log(Level.INFO, "copied base {0} to {1}", base.id(), target.location());
    }

    /** The last segment that ends at or before a place in the log. Reads a few segments. */
    private ForkPoint before(LogPosition place) {
        List<SegmentRef> refs = new ArrayList<>();
        for (Chain.Link link : Chain.read(target).links()) {
            link.segments().forEach(s -> refs.add(new SegmentRef(link.epoch().number(), s)));
        }
        ForkPoint found = new ForkPoint(line, 0, "", new LogPosition(0, 0));
        int low = 0;
        int high = refs.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            SegmentRef ref = refs.get(middle);
            SealedSegment read = target.segment(ref.epoch(), ref.sequence());
            LogPosition end = read.segment().end();
            if (end.isAfter(place)) {
                high = middle - 1;
            } else {
                found = new ForkPoint(ref.epoch(), ref.sequence(), read.hash(), end);
                low = middle + 1;
            }
        }
        return found;
    }

    private String named(String base) {
        return base + "-" + line;
    }

    /** Without the log up to its end a base must not be booted, so it does not count before. */
    private void awaitLog(BaseManifest base) {
        long end = System.nanoTime() + BASE_WAIT.toNanos();
        while (shipper.position().end().isBefore(base.end())) {
            if (System.nanoTime() - end > 0) {
                throw new BackupException(
                        BackupFault.STORE_UNREACHABLE,
                        "copying base " + base.id(),
                        "the log up to %s was not shipped within %s, only up to %s"
                                .formatted(base.end(), BASE_WAIT, shipper.position().end()),
                        "does the second archive answer? It is tried again");
            }
            tail.poll(shipper.tap());
            shipper.awaitShipped(settings.interval());
        }
    }

    /** Whether the local log still has what was shipped last. */
    private static boolean joins(Archive target, LocalLog log, ForkPoint end) {
        try {
            SealedSegment last = target.segment(end.epoch(), end.sequence());
            return log.holds(last.segment().chunks().getLast());
        } catch (IOException e) {
            return false;
        }
    }

    private static LogPosition first(LocalLog log) {
        try {
            return log.files().stream()
                    .findFirst()
                    .map(number -> new LogPosition(number, 0))
                    .orElseThrow(() -> new IOException("there is no log file"));
        } catch (IOException e) {
            throw new BackupException(
                    BackupFault.DISK_FAILED,
                    "looking for the log to follow",
                    e.toString(),
                    "is this the data directory of a server?",
                    e);
        }
    }

    private static String owner(Path dataDirectory) {
        return NodeFile.read(dataDirectory)
                .map(NodeFile::owner)
                .orElseThrow(
                        () ->
                                new BackupException(
                                        BackupFault.DISK_FAILED,
                                        "following " + dataDirectory,
                                        "it has no node.json",
                                        "start the server on it once, with its archive"));
    }

    @Override
    public void close() {
        shipper.close();
    }
}
