package org.todoku.backup.archive;

import com.google.crypto.tink.KeysetHandle;
import java.io.IOException;
import java.io.InputStream;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.objects.ObjectInfo;
import org.todoku.backup.objects.ObjectStore;

/**
 * An archive that is open: its objects by what they are. Every key is written once; nothing here
 * deletes or replaces. Thread-safe.
 */
public final class Archive implements AutoCloseable {
    /** The version of the format that this program writes. */
    public static final int FORMAT = 1;

    static final String INFO = "todoku-archive.json";

    private static final String HEARTBEAT = "status/heartbeat.json";
    private static final String VERDICTS = "verdict/";
    private static final String VERIFIED = "verified/";

    private final ObjectStore store;
    private final Keysets keysets;
    private final KeysetHandle keyset;
    private final Sealing sealing;
    private final Epochs epochs;
    private final LogObjects log;
    private final String id;

    private Archive(ObjectStore store, Keysets keysets, Keysets.Opened opened, String id) {
        this.store = store;
        this.keysets = keysets;
        this.keyset = opened.keyset();
        this.id = id;
        this.sealing = new Sealing(opened.aead(), id);
        this.epochs = new Epochs(store, new SignedJson(opened.aead(), id));
        Sealing opener = sealing;
        this.log = new LogObjects(store, key -> store.get(key).map(it -> opener.open(key, it)));
    }

    /** Opens an archive that exists. */
    public static Archive open(ObjectStore store, ArchiveKey key) {
        byte[] content =
                store.get(INFO)
                        .orElseThrow(
                                () ->
                                        new BackupException(
                                                BackupFault.NO_ARCHIVE,
                                                "opening the archive " + store.location(),
                                                "there is no " + INFO,
                                                "is this the right folder, or bucket and prefix?"));
        ArchiveInfo info = parse(INFO, content, ArchiveInfo.class);
        if (info.format() != FORMAT) {
            throw new BackupException(
                    BackupFault.NO_ARCHIVE,
                    "opening the archive " + store.location(),
                    "its format " + info.format() + " is not the " + FORMAT + " of this version",
                    "use the version of Todoku that wrote it, or a newer one");
        }
        Keysets keysets = Keysets.read(store, info);
        return new Archive(store, keysets, keysets.open(key), info.archiveId());
    }

    /** Opens an archive, and makes it first where there is none. */
    public static Archive openOrCreate(ObjectStore store, ArchiveKey key, InstantSource clock) {
        if (store.get(INFO).isEmpty()) {
            if (!store.list("epoch/").isEmpty()) {
                // A new key would make all that lies there unreadable.
                throw missing(INFO + " in " + store.location() + ", where epochs lie");
            }
            byte[] random = new byte[16];
            new SecureRandom().nextBytes(random);
            // Whoever comes second finds the other's keyset and opens that.
            store.create(INFO, Keysets.first(key, HexFormat.of().formatHex(random), clock));
        }
        return open(store, key);
    }

    public static boolean exists(ObjectStore store) {
        return store.get(INFO).isPresent();
    }

    /**
     * Replaces the key that opens this archive: what is written by those who open it from now on is
     * sealed with a new key too, what lies there stays readable with the next key. Who has the old
     * key <em>and</em> can read the store can still open what was sealed before.
     */
    public void rotate(ArchiveKey next, InstantSource clock) {
        keysets.rotate(keyset, next, clock);
    }

    public String id() {
        return id;
    }

    public String location() {
        return store.location();
    }

    public ObjectStore store() {
        return store;
    }

    /** The files that belong to rows of the database. */
    public BlobObjects blobs() {
        return new BlobObjects(store, sealing);
    }

    /**
     * The highest epoch: the writer. Lists, so only for starts and moves.
     *
     * @throws BackupException {@code OBJECT_MISSING} when an epoch that was written under is gone
     */
    public Optional<Epoch> newestEpoch() {
        return epochs.newest();
    }

    public Optional<Epoch> epoch(long number) {
        return epochs.epoch(number);
    }

    /** Who ended this epoch; empty while that cannot be read. Lists. */
    public Optional<Epoch> successor(long epoch) {
        return epochs.successor(epoch);
    }

    /** Whether a later epoch was claimed, also under a key that replaced the one used here. */
    public boolean isOver(long epoch) {
        return epochs.isOver(epoch);
    }

    /** Claims an epoch. False when somebody else has it. */
    public boolean claim(Epoch epoch) {
        return epochs.claim(epoch);
    }

    /** Makes a segment ready to be put. */
    public PreparedSegment prepare(Segment segment) {
        byte[] content = SegmentFormat.encode(segment);
        String key = LogObjects.key(segment.epoch(), segment.sequence());
        return new PreparedSegment(
                segment.epoch(),
                segment.sequence(),
                Sha256.hex(content),
                segment.end(),
                content,
                sealing.seal(key, content));
    }

    /**
     * Ships a segment. After an exception the same may be put again.
     *
     * @throws BackupException {@code FENCED} when another host has ended this epoch, {@code FORK}
     *     when another segment lies under its key
     */
    public void put(PreparedSegment segment) {
        String key = LogObjects.key(segment.epoch(), segment.sequence());
        if (store.create(key, segment.object())) {
            return;
        }
        byte[] found = store.get(key).orElseThrow(() -> goneAgain(key));
        try {
            found = sealing.open(key, found);
        } catch (BackupException e) {
            // Under a key that came after ours: nobody but the next writer has it.
            throw e.fault() == BackupFault.WRONG_KEY ? ended(key) : e;
        }
        if (SegmentFormat.isSeal(key, found)) {
            throw ended(key);
        }
        if (!java.util.Arrays.equals(found, segment.content())) {
            throw new BackupException(
                    BackupFault.FORK,
                    "shipping " + key,
                    "another segment lies there: two processes write under one epoch",
                    "stop both, and start one again");
        }
    }

    private static BackupException ended(String key) {
        return new BackupException(
                BackupFault.FENCED,
                "shipping " + key,
                "another host has ended this epoch",
                "todoku-migrate status shows who serves now");
    }

    private BackupException goneAgain(String key) {
        return new BackupException(
                BackupFault.STORE_UNREACHABLE,
                "shipping " + key,
                store.location() + " says that it is there, and then that it is not",
                "does something else delete from the archive?");
    }

    /**
     * Ends an epoch: takes the place of its next segment, so that its writer cannot ship anything
     * any more and learns of it at once. Whatever it shipped before counts. To be called before the
     * next epoch is claimed, with the tail read after this.
     *
     * @param after the last segment known; those that slip in behind it are passed over
     * @param by who ends it, for people
     * @return the number of the seal: all segments before it, and only these, count
     */
    public long seal(long epoch, long after, String by) {
        for (long sequence = after + 1; ; sequence++) {
            String key = LogObjects.key(epoch, sequence);
            byte[] seal = SegmentFormat.encodeSeal(epoch, sequence, by);
            if (store.create(key, sealing.seal(key, seal)) || isSeal(epoch, sequence)) {
                return sequence;
            }
        }
    }

    /** Whether there is a seal in the place of this segment. */
    boolean isSeal(long epoch, long sequence) {
        String key = LogObjects.key(epoch, sequence);
        return SegmentFormat.isSeal(key, log.content(epoch, sequence));
    }

    /** The sequence numbers of an epoch's segments and of its seal, ascending. Lists. */
    public List<Long> segments(long epoch) {
        return log.numbers(epoch);
    }

    /** Of these, the ones that have an object of their own. Lists. */
    public List<Long> singleSegments(long epoch) {
        return log.list(epoch);
    }

    /**
     * The compacted objects of an epoch, as the last listing showed them: from number, to number.
     */
    public SortedMap<Long, Long> compactedSegments(long epoch) {
        return log.compacted(epoch);
    }

    public SealedSegment segment(long epoch, long sequence) {
        return log.segment(epoch, sequence);
    }

    /**
     * What lies under a key that is known, for those who follow: one get, no listing. A segment
     * that was compacted meanwhile looks as if it were not there yet.
     */
    public NextSegment next(long epoch, long sequence) {
        return log.next(epoch, sequence);
    }

    /** The bytes of a segment of which its hash is made. */
    public byte[] segmentContent(long epoch, long sequence) {
        return log.content(epoch, sequence);
    }

    /** Puts segments that follow each other once more, as one object. */
    public void putCompacted(long epoch, long first, List<byte[]> segments) {
        create(
                LogObjects.key(epoch, first, first + segments.size() - 1),
                LogObjects.encode(segments));
    }

    /** Opens a compacted object afresh and looks at each segment in it. */
    public void proveCompacted(long epoch, long first, long last) {
        log.prove(epoch, first, last);
    }

    /** Up to where the log was given up; empty when nothing ever was. Lists. */
    public Optional<Expired> expired() {
        return store.list("expired/").stream()
                .map(ObjectInfo::key)
                .max(Comparator.naturalOrder())
                .map(key -> parse(key, read(key), Expired.class));
    }

    /** Says that the log up to there is given up; to be called before any of it is deleted. */
    public void put(Expired expired) {
        String key = "expired/" + pad(expired.epoch()) + "-%010d".formatted(expired.sequence());
        // Whoever was interrupted says the same again, at another time.
        if (store.get(key).isEmpty()) {
            create(key, Json.write(expired));
        }
    }

    /** Who holds retention back, by key. Lists. */
    public Map<String, Optional<Lease.Held>> leases() {
        Map<String, Optional<Lease.Held>> held = new TreeMap<>();
        for (ObjectInfo info : store.list(Lease.PREFIX)) {
            store.get(info.key()).ifPresent(found -> held.put(info.key(), Lease.read(found)));
        }
        return held;
    }

    public void putPack(String base, int number, byte[] content) {
        create(packKey(base, number), content);
    }

    public byte[] pack(String base, int number) {
        return read(packKey(base, number));
    }

    /** The same, unpacked as it is read; what is damaged shows here or in a read. */
    public InputStream packStream(String base, int number) {
        String key = packKey(base, number);
        return sealing.stream(key, sealed(key));
    }

    public void putIndex(String base, BaseIndex index) {
        create(indexKey(base), index.encode());
    }

    public BaseIndex index(String base) {
        return BaseIndex.decode(indexKey(base), read(indexKey(base)));
    }

    public void put(BaseManifest manifest) {
        create("base/" + manifest.id() + "/manifest", Json.write(manifest));
    }

    /** All bases that are complete, oldest first. Lists. */
    public List<BaseManifest> bases() {
        return store.list("base/").stream()
                .map(ObjectInfo::key)
                .filter(key -> key.endsWith("/manifest"))
                .map(key -> parse(key, read(key), BaseManifest.class))
                .toList();
    }

    /** As {@link #bases()}, but a manifest that is damaged only hides its own base. Lists. */
    public BaseCatalogue catalogue() {
        List<BaseManifest> bases = new ArrayList<>();
        List<String> unreadable = new ArrayList<>();
        for (ObjectInfo info : store.list("base/")) {
            if (info.key().endsWith("/manifest")) {
                try {
                    bases.add(parse(info.key(), read(info.key()), BaseManifest.class));
                } catch (BackupException e) {
                    if (e.fault() != BackupFault.OBJECT_DAMAGED) {
                        throw e;
                    }
                    unreadable.add(e.what() + ": " + e.why());
                }
            }
        }
        return new BaseCatalogue(bases, unreadable);
    }

    /** The ids of bases of which there is something, but no manifest. Lists. */
    public List<String> unfinishedBases() {
        Map<String, Boolean> complete = new TreeMap<>();
        for (ObjectInfo object : store.list("base/")) {
            String[] parts = object.key().split("/", -1);
            complete.merge(parts[1], parts[2].equals("manifest"), Boolean::logicalOr);
        }
        complete.values().removeIf(has -> has);
        return List.copyOf(complete.keySet());
    }

    public void putCapsule(long epoch, Capsule capsule) {
        create(capsuleKey(epoch), Json.write(capsule));
    }

    /** The newest capsule of this epoch or an earlier one. Lists. */
    public Optional<Capsule> capsule(long epoch) {
        return store.list("capsule/").stream()
                .map(ObjectInfo::key)
                .filter(key -> key.compareTo(capsuleKey(epoch)) <= 0)
                .max(Comparator.naturalOrder())
                .map(key -> parse(key, read(key), Capsule.class));
    }

    boolean hasCapsule(long epoch) {
        return store.get(capsuleKey(epoch)).isPresent();
    }

    /** Replaces the writer's sign of life. */
    public void replace(Heartbeat heartbeat) {
        store.replace(HEARTBEAT, Json.write(heartbeat));
    }

    /** The writer's last sign of life; empty also when it is no heartbeat. */
    public Optional<Heartbeat> heartbeat() {
        Optional<byte[]> content = store.get(HEARTBEAT);
        try {
            return content.isEmpty()
                    ? Optional.empty()
                    : Optional.of(Json.read(content.get(), Heartbeat.class));
        } catch (IOException | RuntimeException e) {
            return Optional.empty();
        }
    }

    /** Keeps what a probe found; the newest verdict counts. Lists. */
    public void put(ProbeVerdict verdict) {
        long last =
                verdicts().stream()
                        .mapToLong(key -> Long.parseLong(key.substring(VERDICTS.length())))
                        .max()
                        .orElse(0);
        create(VERDICTS + pad(last + 1), Json.write(verdict));
    }

    /**
     * What the newest probe of this archive's store found; empty when it was never probed. Lists.
     */
    public Optional<ProbeVerdict> verdict() {
        return verdicts().stream()
                .max(Comparator.naturalOrder())
                .map(key -> parse(key, read(key), ProbeVerdict.class));
    }

    /** Keeps what a verification found; {@link #verifications()} tells the newest last. */
    public void put(Verification verification) {
        long millis = Instant.parse(verification.checked()).toEpochMilli();
        create(VERIFIED + "%013d".formatted(millis), Json.write(verification));
    }

    /** What verifications found, oldest first. Lists. */
    public List<Verification> verifications() {
        return store.list(VERIFIED).stream()
                .map(ObjectInfo::key)
                .map(key -> parse(key, read(key), Verification.class))
                .toList();
    }

    private List<String> verdicts() {
        return store.list(VERDICTS).stream().map(ObjectInfo::key).toList();
    }

    @Override
    public void close() {
        store.close();
    }

    /** Number of an epoch or a base in keys: eight digits, so that keys sort as numbers. */
    public static String pad(long number) {
        return "%08d".formatted(number);
    }

    void create(String key, byte[] content) {
        if (!store.create(key, sealing.seal(key, content)) && !Arrays.equals(content, read(key))) {
            throw new BackupException(
                    BackupFault.FORK,
                    "writing " + key,
                    "another object lies there already",
                    "two processes write to one archive: stop both, start one");
        }
    }

    byte[] read(String key) {
        return sealing.open(key, sealed(key));
    }

    private byte[] sealed(String key) {
        return store.get(key).orElseThrow(() -> missing(key + " in " + store.location()));
    }

    static BackupException missing(String what) {
        return new BackupException(
                BackupFault.OBJECT_MISSING,
                "reading " + what,
                "it is not there",
                "was it deleted? Restore to an earlier moment, or from another copy of the"
                        + " archive");
    }

    static <T> T parse(String key, byte[] content, Class<T> type) {
        try {
            return Json.read(content, type);
        } catch (IOException e) {
            throw Sealing.damaged(key, "it is no JSON of this format", e);
        }
    }

    private static String capsuleKey(long epoch) {
        return "capsule/" + pad(epoch);
    }

    private static String indexKey(String base) {
        return "base/" + base + "/index";
    }

    private static String packKey(String base, int number) {
        return "base/" + base + "/pack-" + "%05d".formatted(number);
    }
}
