package org.todoku.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.ArchiveKey;
import org.todoku.backup.archive.BaseManifest;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.objects.FolderObjects;
import org.todoku.backup.restore.Restore;
import org.todoku.backup.restore.RestorePlan;
import org.todoku.backup.restore.RestoreTarget;
import org.todoku.backup.ship.FaultyObjects;
import org.todoku.backup.volume.LogPosition;

/** Restores that are interrupted, to places inside a segment, and over damaged bases. */
class RestoreTest {
    @TempDir Path root;

    @SuppressWarnings("NullAway.Init") // all of these before each test
    private BaseManifest oldest;

    @SuppressWarnings("NullAway.Init")
    private BaseManifest middle;

    @SuppressWarnings("NullAway.Init")
    private BaseManifest newest;

    @SuppressWarnings("NullAway.Init")
    private FaultyObjects store;

    @SuppressWarnings("NullAway.Init")
    private Archive archive;

    private final List<LogPosition> after = new ArrayList<>();

    @BeforeEach
    void fillTheArchive() throws Exception {
        try (var database = TestDatabase.open(root, "a")) {
            database.insert(0, 1000);
            oldest = database.backup.takeBase();
            database.insert(1000, 400);
            middle = database.backup.takeBase();
            database.insert(1400, 100);
            newest = database.backup.takeBase();
            for (int i = 0; i < 5; i++) {
                database.insert(1500 + 100 * i, 100);
                database.backup.awaitArchived(TestDatabase.PATIENCE);
                after.add(database.backup.status().archive().orElseThrow().shipped());
            }
        }
        store = new FaultyObjects(new FolderObjects(root.resolve("archive")));
        archive = Archive.open(store, ArchiveKey.read(root.resolve("archive.key")));
    }

    @Test
    void goesOnAfterAnInterruptionWithoutReadingAPackTwice() throws Exception {
        var packs = new ConcurrentHashMap<String, Integer>();
        int interrupted = 0;
        for (int limit = 1; ; limit++) {
            AtomicInteger reads = new AtomicInteger();
            int most = limit;
            store.refuse(
                    call -> {
                        if (!call.startsWith("get ") || reads.incrementAndGet() > most) {
                            return call.startsWith("get ");
                        }
                        if (call.contains("/pack-")) {
                            packs.merge(call, 1, Integer::sum);
                        }
                        return false;
                    });
            try {
                run(new RestoreTarget.Newest());
                break;
            } catch (BackupException e) {
                assertThat(e.fault()).isEqualTo(BackupFault.STORE_UNREACHABLE);
                interrupted += root.resolve("b").toFile().exists() ? 1 : 0;
            }
        }
        assertThat(interrupted).isGreaterThan(3);
        assertThat(packs).isNotEmpty().allSatisfy((pack, times) -> assertThat(times).isEqualTo(1));
        assertThat(root.resolve("b/restore.journal")).doesNotExist();
        assertThat(TestDatabase.rowsOf(root.resolve("b"))).isEqualTo(range(2000));
    }

    @Test
    void refusesAFolderThatHoldsSomethingElse() throws Exception {
        Files.createDirectories(root.resolve("b"));
        Files.writeString(root.resolve("b/letter"), "dear mother");
        assertFault(new RestoreTarget.Newest(), BackupFault.TARGET_NOT_EMPTY, "letter");
        assertThat(root.resolve("b/letter")).hasContent("dear mother");
    }

    @Test
    void takesAnOlderBaseAndMoreLogWhereTheNewestIsDamaged() throws Exception {
        Path pack = root.resolve("archive/base/" + newest.id() + "/pack-00001");
        byte[] bytes = Files.readAllBytes(pack);
        bytes[bytes.length / 2] ^= 1;
        Files.write(pack, bytes);
        Files.delete(root.resolve("archive/base/" + middle.id() + "/index"));
        Restore.Reached reached = run(new RestoreTarget.Newest());
        assertThat(reached.base().id()).isEqualTo(oldest.id());
        assertThat(reached.warnings()).hasSize(2);
        assertThat(reached.warnings().getFirst()).contains(newest.id());
        assertThat(reached.warnings().getLast()).contains(middle.id(), "index");
        assertThat(TestDatabase.rowsOf(root.resolve("b"))).isEqualTo(range(2000));
    }

    @Test
    void aDamagedManifestHidesOnlyItsOwnBase() throws Exception {
        Path manifest = root.resolve("archive/base/" + newest.id() + "/manifest");
        Files.write(manifest, new byte[100]);
        Restore.Reached reached = run(new RestoreTarget.Newest());
        assertThat(reached.base().id()).isEqualTo(middle.id());
        assertThat(reached.warnings()).hasSize(1);
        assertThat(reached.warnings().getFirst()).contains(newest.id());
        assertThat(TestDatabase.rowsOf(root.resolve("b"))).isEqualTo(range(2000));
    }

    @Test
    void endsWithTheLastWholeGroupBeforeAPosition() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < after.size(); i++) {
            LogPosition from = i == 0 ? newest.end() : after.get(i - 1);
            LogPosition to = after.get(i);
            // Exactly there, and at some place between two segments' ends.
            long inside = from.file() == to.file() ? to.offset() - from.offset() : to.offset();
            LogPosition cut =
                    new LogPosition(to.file(), to.offset() - 1 - random.nextInt((int) inside - 1));
            String as = "seed " + seed + ", " + cut;
            assertThat(rowsAt(to)).as(as).isEqualTo(1600 + 100 * i);
            int rows = rowsAt(cut);
            assertThat(rows).as(as).isBetween(1500 + 100 * i, 1600 + 100 * i);
            assertThat(rows % 25).as(as).isZero();
        }
    }

    @Test
    void refusesAPositionBeforeTheFirstBaseAndOneThatIsNotThere() {
        LogPosition before = new LogPosition(1, 24);
        assertFault(new RestoreTarget.Position(before), BackupFault.BEFORE_BASE_END, "1:24");
        LogPosition behind = after.getLast().plus(100_000);
        assertFault(new RestoreTarget.Position(behind), BackupFault.LOG_NOT_CONTIGUOUS, "ends at");
    }

    private int rowsAt(LogPosition position) throws Exception {
        Path target = root.resolve("at-" + position.instant());
        RestorePlan plan = plan(new RestoreTarget.Position(position));
        Restore.Reached reached = new Restore(archive, target, new TestDatabase.Silent()).run(plan);
        assertThat(reached.to().end().isAfter(position)).isFalse();
        List<Integer> rows = TestDatabase.rowsOf(target);
        assertThat(rows).isEqualTo(range(rows.size()));
        return rows.size();
    }

    private Restore.Reached run(RestoreTarget target) {
        return new Restore(archive, root.resolve("b"), new TestDatabase.Silent()).run(plan(target));
    }

    private RestorePlan plan(RestoreTarget target) {
        return RestorePlan.of(Chain.read(archive), archive.catalogue(), target);
    }

    private void assertFault(RestoreTarget target, BackupFault fault, String says) {
        assertThatThrownBy(() -> run(target))
                .isInstanceOfSatisfying(
                        BackupException.class,
                        e -> {
                            assertThat(e.fault()).isEqualTo(fault);
                            assertThat(e).hasMessageContaining(says);
                        });
    }

    private static List<Integer> range(int to) {
        return IntStream.range(0, to).boxed().toList();
    }
}
