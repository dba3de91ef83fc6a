package org.todoku.backup.ship;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.todoku.backup.TestDatabase;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.ArchiveKey;
import org.todoku.backup.archive.BaseIndex;
import org.todoku.backup.archive.BaseLayers;
import org.todoku.backup.archive.BaseManifest;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.archive.Epoch;
import org.todoku.backup.archive.ForkPoint;
import org.todoku.backup.archive.Lease;
import org.todoku.backup.archive.PreparedSegment;
import org.todoku.backup.archive.Segment;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.objects.FolderObjects;
import org.todoku.backup.objects.ObjectInfo;
import org.todoku.backup.restore.Restore;
import org.todoku.backup.restore.RestorePlan;
import org.todoku.backup.restore.RestoreTarget;
import org.todoku.backup.volume.LogPosition;

/**
 * Thousands of random operations on one archive: segments, bases, restarts, compaction and
 * retention, these two killed at random calls. After each of these every moment of the kept time
 * that is tried restores, to exactly what was shipped by then. {@code -Dtodoku.seed} replays one,
 * {@code -Dtodoku.operations} sets how many (1,500).
 */
class RetentionSoakTest {
    private static final Duration KEEP = Duration.ofHours(2);

    private final long seed = Long.getLong("todoku.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final SyntheticLog log = new SyntheticLog(random);
    private final TreeMap<Instant, LogPosition> shipped = new TreeMap<>();
    private final Map<String, byte[]> files = new HashMap<>();
    private final List<BaseManifest> bases = new ArrayList<>();
    private Instant now = Instant.parse("2026-11-24T00:00:00Z");
    private final InstantSource clock = () -> now;
    private Optional<ForkPoint> tail = Optional.empty();
    private long epoch;
    private long sequence;
    private BaseLayers layers = new BaseLayers();
    private int killed;
    private int restored;
    private long expired;
    private int compacted;
    private int mostObjects;

    @SuppressWarnings("NullAway.Init") // before each test
    private Path root;

    @SuppressWarnings("NullAway.Init")
    private FaultyObjects store;

    @SuppressWarnings("NullAway.Init")
    private Archive archive;

    @BeforeEach
    void makeAnArchive() throws IOException {
        Path memory = Path.of("/dev/shm");
        root =
                Files.isWritable(memory)
                        ? Files.createTempDirectory(memory, "todoku-soak")
                        : Files.createTempDirectory("todoku-soak");
        store = new FaultyObjects(new FolderObjects(root.resolve("archive")));
        archive = Archive.openOrCreate(store, ArchiveKey.generate(new SecureRandom()), clock);
    }

    @AfterEach
    void deleteAll() throws IOException {
        delete(root);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void everyKeptMomentRestoresWhateverWasKilled(boolean compacts) throws Exception {
        restart();
        ship();
        while (bases.isEmpty()) {
            base();
        }
        int operations = Integer.getInteger("todoku.operations", 1500);
        for (int i = 0; i < operations; i++) {
            now = now.plusSeconds(random.nextInt(90));
            switch (random.nextInt(40)) {
                case 0, 1 -> base();
                case 2 -> restart();
                case 3, 4 -> {
                    if (compacts) {
                        compact(i);
                    }
                }
                case 5, 6, 7 -> retain(i);
                default -> ship();
            }
        }
        System.out.printf(
                "figure: retention soak: seed %d, %d operations, %d of them killed, %d objects"
                        + " expired, %d compacted objects made, %d restores, all whole; at most %d"
                        + " objects at a time%n",
                seed, operations, killed, expired, compacted, restored, mostObjects);
        assertThat(killed).isGreaterThan(10);
        assertThat(expired).isGreaterThan(operations / 4);
        assertThat(compacted > 5).isEqualTo(compacts);
        for (long ended = 1; ended < epoch; ended++) {
            assertThat(archive.segments(ended)).as("the seal of epoch " + ended).isNotEmpty();
        }
        // It does expire: what stays is about the kept time's.
        assertThat(store.list("log/").size()).isLessThan(operations / 2);
    }

    private void ship() {
        LogPosition from = tail.map(ForkPoint::end).orElse(new LogPosition(1, 0));
        List<Segment.Mark> marks = new ArrayList<>();
        for (int groups = 1 + random.nextInt(5); groups > 0; groups--) {
            log.append();
            now = now.plusMillis(1 + random.nextInt(3000));
            marks.add(new Segment.Mark(log.end(), now.toString()));
            shipped.put(now, log.end());
        }
        sequence++;
        String previous = tail.map(ForkPoint::hash).orElse("");
        PreparedSegment segment =
                archive.prepare(
                        new Segment(
                                epoch,
                                sequence,
                                previous,
                                sequence - 1,
                                now.toString(),
                                log.from(from),
                                marks));
        archive.put(segment);
        tail = Optional.of(segment.asForkPoint());
    }

    private void base() throws IOException {
        for (int i = 0; i < 3; i++) {
            byte[] content = new byte[1 + random.nextInt(60_000)];
            random.nextBytes(content);
            files.put("seg0/c" + random.nextInt(8) + ".dat", content);
        }
        boolean full = random.nextInt(4) == 0 || layers.layers().size() > 6;
        BaseLayers under = full ? new BaseLayers() : layers;
        now = now.plusMillis(5);
        String id = Archive.pad(epoch) + "-" + now.toEpochMilli();
        BasePacks packs = new BasePacks(archive, id, under);
        for (Map.Entry<String, byte[]> file : new TreeMap<>(files).entrySet()) {
            add(packs, file.getKey(), file.getValue());
        }
        add(packs, "log/log" + log.lastFile() + ".dat", log.content(log.lastFile()));
        boolean interrupted = random.nextInt(5) == 0;
        BaseIndex index = packs.finish();
        if (interrupted) {
            return;
        }
        Optional<BaseManifest> parent = under.newest();
        BaseManifest manifest =
                new BaseManifest(
                        id,
                        now.toString(),
                        "test",
                        parent.map(BaseManifest::id),
                        parent.map(base -> base.depth() + 1).orElse(0),
                        tail.orElseThrow(),
                        log.lastFile(),
                        log.end(),
                        packs.packs(),
                        packs.files());
        archive.put(manifest);
        under.add(manifest, index);
        layers = under;
        bases.add(manifest);
    }

    private static void add(BasePacks packs, String path, byte[] content) throws IOException {
        packs.add(
                path,
                content.length,
                (from, length) -> Arrays.copyOfRange(content, (int) from, (int) from + length));
    }

    private void restart() {
        Chain chain = Chain.read(archive).seal("soak");
        assertThat(chain.tail()).isEqualTo(tail);
        epoch = chain.newest().map(Epoch::number).orElse(0L) + 1;
        sequence = 0;
        Epoch next = new Epoch(epoch, "me", "here", "", tail, now.toString(), "test");
        assertThat(archive.claim(next)).isTrue();
    }

    private void compact(int operation) throws IOException {
        mayBeKilled(() -> compacted += new Compaction(archive).run(() -> true));
        check(operation);
    }

    private void retain(int operation) throws IOException {
        mostObjects = Math.max(mostObjects, store.list("").size());
        if (random.nextInt(4) == 0) {
            // A restore that was planned before goes on while retention wants to run.
            RestoreTarget target = new RestoreTarget.Moment(momentInKeptTime());
            RestorePlan plan = RestorePlan.of(Chain.read(archive), archive.catalogue(), target);
            try (Lease lease = Lease.take(archive, "a test", clock)) {
                Retention.Outcome outcome = new Retention(archive, KEEP, clock).run();
                assertThat(outcome.objects()).as(lease.toString()).isZero();
                assertThat(outcome.held()).isPresent();
            }
            restore(plan, ((RestoreTarget.Moment) target).at(), "operation " + operation);
            return;
        }
        mayBeKilled(() -> expired += new Retention(archive, KEEP, clock).run().objects());
        check(operation);
    }

    private void mayBeKilled(Runnable work) {
        if (random.nextInt(3) > 0) {
            AtomicInteger left = new AtomicInteger(random.nextInt(40));
            store.refuse(
                    call ->
                            !call.startsWith("get ")
                                    && !call.startsWith("list ")
                                    && left.decrementAndGet() < 0);
        }
        try {
            work.run();
        } catch (BackupException e) {
            assertThat(e).hasMessageContaining("a fault of the test");
            killed++;
        } finally {
            store.refuse(call -> false);
        }
    }

    private void check(int operation) throws IOException {
        allThatCountAsBasesAreWhole(operation);
        for (int i = 0; i < 2; i++) {
            Instant moment = i == 0 ? now : momentInKeptTime();
            String as = "seed " + seed + ", operation " + operation + ", to " + moment;
            RestoreTarget target = new RestoreTarget.Moment(moment);
            restore(RestorePlan.of(Chain.read(archive), archive.catalogue(), target), moment, as);
        }
    }

    private void allThatCountAsBasesAreWhole(int operation) {
        List<String> keys = store.list("base/").stream().map(ObjectInfo::key).toList();
        for (BaseManifest base : archive.bases()) {
            String as = "seed " + seed + ", operation " + operation + ", base " + base.id();
            for (int pack = 1; pack <= base.packs().size(); pack++) {
                assertThat(keys).as(as).contains("base/%s/pack-%05d".formatted(base.id(), pack));
            }
            assertThat(keys).as(as).contains("base/" + base.id() + "/index");
        }
    }

    private Instant momentInKeptTime() {
        Instant first = Instant.parse(bases.getFirst().taken());
        Instant from = now.minus(KEEP).isBefore(first) ? first : now.minus(KEEP);
        long millis = Math.max(1, Duration.between(from, now).toMillis());
        return from.plusMillis(random.nextLong(millis));
    }

    private void restore(RestorePlan plan, Instant moment, String as) throws IOException {
        Path target = root.resolve("restored");
        Restore.Reached reached = new Restore(archive, target, new TestDatabase.Silent()).run(plan);
        assertThat(reached.warnings()).as(as).isEmpty();
        LogPosition wanted = shipped.floorEntry(moment).getValue();
        assertThat(reached.to().end()).as(as).isEqualTo(wanted);
        byte[] all = log.content(wanted.file());
        assertThat(target.resolve("log/log" + wanted.file() + ".dat"))
                .as(as)
                .hasBinaryContent(Arrays.copyOf(all, (int) wanted.offset()));
        restored++;
        delete(target);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
