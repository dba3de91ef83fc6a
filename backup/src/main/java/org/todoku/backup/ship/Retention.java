package org.todoku.backup.ship;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.BaseManifest;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.archive.Expired;
import org.todoku.backup.archive.ForkPoint;
import org.todoku.backup.archive.Lease;
import org.todoku.backup.archive.Verification;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.objects.ObjectInfo;

/**
 * Expires what no restore to a moment of the kept time needs ({@link RetentionPlan}), and the small
 * segments of which a compacted object has a copy. May be killed at any moment and run again: first
 * it says up to where the log is given up, then bases go (each manifest before its bytes, an
 * increment before what it lies over), then the log from its oldest end. Deletes nothing while a
 * restore holds a lease, and never an epoch, a capsule, a key or the seal of an epoch.
 *
 * <p>Where the store refuses to delete (credentials that can only add, object lock) it stops and
 * says so; that is no fault. One at a time, by whoever has credentials to delete: the writer, or a
 * program of its own.
 */
public final class Retention {
    private static final System.Logger LOG = System.getLogger(Retention.class.getName());
    private static final Duration LEASE = Duration.ofDays(1);
    // A reader's clock may differ from ours.
    private static final Duration LEASE_BY_ITS_CLOCK = Duration.ofDays(2);
    private static final int LOOK_EVERY = 500;

    private final Archive archive;
    private final Duration keep;
    private final InstantSource clock;
    private final Map<String, Instant> leaseSeen = new HashMap<>();
    private long deleted;
    private Optional<ForkPoint> newestBase = Optional.empty();

    public Retention(Archive archive, Duration keep, InstantSource clock) {
        this.archive = archive;
        this.keep = keep;
        this.clock = clock;
    }

    /**
     * What a run did.
     *
     * @param objects how many were deleted
     * @param oldest from which base on everything is kept; empty when nothing was old enough
     * @param held why it did less than it might have, a line for people
     */
    public record Outcome(long objects, Optional<String> oldest, Optional<String> held) {}

    /** The ids of the bases that a run would delete now, and nothing is deleted. */
    public List<String> preview() {
        Chain chain = Chain.read(archive);
        return chain.links().isEmpty()
                ? List.of()
                : plan(chain, archive.bases()).delete().stream().map(BaseManifest::id).toList();
    }

    private RetentionPlan plan(Chain chain, List<BaseManifest> bases) {
        return RetentionPlan.of(chain, bases, clock.instant().minus(keep), verified());
    }

    /** One run. */
    public synchronized Outcome run() {
        deleted = 0;
        Optional<String> oldest = Optional.empty();
        try {
            Chain chain = Chain.read(archive);
            List<BaseManifest> bases = archive.bases();
            newestBase = newest(chain, bases).map(BaseManifest::chain);
            awaitNobody();
            if (!chain.links().isEmpty()) {
                RetentionPlan plan = plan(chain, bases);
                oldest = plan.oldest().map(BaseManifest::id);
                plan.oldest().ifPresent(base -> giveUpBefore(base, chain));
                expireBases(plan, bases);
                expireLog();
                expireCompacted(chain, bases);
                expireFeedings(chain);
            }
            return new Outcome(deleted, oldest, Optional.empty());
        } catch (Held e) {
            return new Outcome(deleted, oldest, Optional.of(String.valueOf(e.getMessage())));
        } catch (BackupException e) {
            if (e.fault() != BackupFault.STORE_REFUSED) {
                throw e;
            }
            LOG.log(Level.DEBUG, "expiring stopped: " + e.getMessage());
            return new Outcome(deleted, oldest, Optional.of("the store refused: " + e.why()));
        }
    }

    private Set<String> verified() {
        Set<String> verified = new HashSet<>();
        for (Verification verification : archive.verifications()) {
            verified.addAll(verification.bases());
        }
        return verified;
    }

    /**
     * The segment after which the oldest base goes on stays: it says that the chain is the same.
     */
    private void giveUpBefore(BaseManifest base, Chain chain) {
        ForkPoint point = base.chain();
        Chain.Link first = chain.links().getFirst();
        long begin = first.segments().isEmpty() ? 1 : first.segments().getFirst();
        boolean more = point.epoch() > first.epoch().number() || point.sequence() > begin;
        if (more && point.sequence() > 0) {
            archive.put(
                    new Expired(
                            point.epoch(),
                            point.sequence() - 1,
                            base.id(),
                            clock.instant().toString()));
        }
    }

    private void expireBases(RetentionPlan plan, List<BaseManifest> bases) {
        for (BaseManifest base : plan.delete()) {
            awaitNobody();
            delete("base/" + base.id() + "/manifest");
            expireParts(base.id());
        }
        // A base is taken one at a time: what has no manifest and lies before one was interrupted.
        Optional<String> newest = bases.stream().map(BaseManifest::id).max(String::compareTo);
        for (String id : archive.unfinishedBases()) {
            if (newest.filter(last -> id.compareTo(last) < 0).isPresent()) {
                expireParts(id);
            }
        }
    }

    private void expireParts(String base) {
        for (ObjectInfo info : archive.store().list("base/" + base + "/")) {
            if (!info.key().endsWith("/manifest")) {
                delete(info.key());
            }
        }
    }

    /**
     * Everything that lies before what was given up, oldest first. The last object of an epoch
     * stays: it is its seal, without which a host that slept through all of this could ship again.
     */
    private void expireLog() {
        Optional<Expired> expired = archive.expired();
        if (expired.isEmpty()) {
            return;
        }
        String end = folder("log/" + Archive.pad(expired.get().epoch()) + "/");
        List<ObjectInfo> found = archive.store().list("log/");
        for (int i = 0; i < found.size() - 1; i++) {
            String key = found.get(i).key();
            boolean inOlderEpoch =
                    folder(key).compareTo(end) < 0
                            && folder(found.get(i + 1).key()).equals(folder(key));
            boolean before = folder(key).equals(end) && last(key) <= expired.get().sequence();
            if (inOlderEpoch || before) {
                look();
                delete(key);
            }
        }
    }

    private static String folder(String key) {
        return key.substring(0, key.lastIndexOf('/') + 1);
    }

    /** The last number in the name of a segment or of a compacted object. */
    private static long last(String key) {
        return Long.parseLong(
                key.substring(Math.max(key.lastIndexOf('/'), key.lastIndexOf('-')) + 1));
    }

    /** A copy is enough once a base was taken behind it: whoever reads finds either meanwhile. */
    private void expireCompacted(Chain chain, List<BaseManifest> bases) {
        Optional<BaseManifest> newest = newest(chain, bases);
        if (newest.isEmpty()) {
            return;
        }
        ForkPoint behind = newest.get().chain();
        for (Chain.Link link : chain.links()) {
            long epoch = link.epoch().number();
            List<Long> singles = archive.singleSegments(epoch);
            SortedMap<Long, Long> compacted = archive.compactedSegments(epoch);
            for (Map.Entry<Long, Long> range : compacted.entrySet()) {
                boolean old =
                        epoch < behind.epoch()
                                || (epoch == behind.epoch()
                                        && range.getValue() < behind.sequence());
                if (old) {
                    expireSingles(epoch, range, singles);
                }
            }
        }
    }

    /** What was said of standbys in epochs that are over: whoever ended them has heard it. */
    private void expireFeedings(Chain chain) {
        String now = folder("standby/" + Archive.pad(chain.newest().orElseThrow().number()) + "/");
        for (ObjectInfo info : archive.store().list("standby/")) {
            if (info.key().compareTo(now) < 0) {
                delete(info.key());
            }
        }
    }

    private static Optional<BaseManifest> newest(Chain chain, List<BaseManifest> bases) {
        return bases.stream()
                .filter(chain::leadsOnFrom)
                .max(java.util.Comparator.comparing(b -> Instant.parse(b.taken())));
    }

    private void expireSingles(long epoch, Map.Entry<Long, Long> range, List<Long> singles) {
        boolean opened = false;
        for (long single : singles) {
            if (single >= range.getKey() && single <= range.getValue()) {
                if (!opened) {
                    // Throws when the copy does not open.
                    archive.proveCompacted(epoch, range.getKey(), range.getValue());
                    opened = true;
                }
                look();
                delete("log/%s/%010d".formatted(Archive.pad(epoch), single));
            }
        }
    }

    private void delete(String key) {
        archive.store().delete(key);
        deleted++;
    }

    private void look() {
        if (deleted % LOOK_EVERY == 0) {
            awaitNobody();
        }
    }

    /** Throws while somebody holds a lease that is not left over. */
    private void awaitNobody() {
        Instant now = clock.instant();
        Map<String, Optional<Lease.Held>> leases = archive.leases();
        leaseSeen.keySet().retainAll(leases.keySet());
        for (Map.Entry<String, Optional<Lease.Held>> lease : leases.entrySet()) {
            Instant seen = leaseSeen.computeIfAbsent(lease.getKey(), key -> now);
            boolean over =
                    !seen.plus(LEASE).isAfter(now)
                            || lease.getValue()
                                    .flatMap(Retention::since)
                                    .filter(since -> !since.plus(LEASE_BY_ITS_CLOCK).isAfter(now))
                                    .isPresent();
            if (over) {
                archive.store().delete(lease.getKey());
            } else if (!isBehindAllThatGoes(lease.getValue())) {
                String who =
                        lease.getValue().map(held -> held.what() + " on " + held.by()).orElse("");
                throw new Held("a reader holds " + lease.getKey() + " (" + who + ")");
            }
        }
    }

    /** Nothing behind the newest base ever goes: who reads only there holds nothing back. */
    private boolean isBehindAllThatGoes(Optional<Lease.Held> held) {
        Optional<ForkPoint> newest = newestBase;
        return held.flatMap(Lease.Held::behind)
                .filter(at -> newest.isPresent() && !isBefore(at, newest.get()))
                .isPresent();
    }

    private static boolean isBefore(ForkPoint one, ForkPoint other) {
        return one.epoch() < other.epoch()
                || (one.epoch() == other.epoch() && one.sequence() < other.sequence());
    }

    private static Optional<Instant> since(Lease.Held held) {
        try {
            return Optional.of(Instant.parse(held.since()));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    /** Somebody reads: nothing more is deleted in this run. */
    private static final class Held extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Held(String message) {
            super(message);
        }
    }
}
