package org.todoku.backup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.ArchiveKey;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.archive.Lease;
import org.todoku.backup.archive.Sha256;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.restore.Restore;
import org.todoku.backup.restore.RestorePlan;
import org.todoku.backup.restore.RestoreTarget;
import org.todoku.backup.restore.Verify;
import org.todoku.backup.ship.Compaction;
import org.todoku.backup.ship.Retention;

/**
 * Every object of an archive that holds all kinds of them is deleted, cut, changed and swapped, one
 * at a time: a restore is refused, or has every row, or says that something is missing.
 */
class SabotageTest {
    private static final int ROWS = 2000;
    private static final byte[] FILE = "a map".getBytes(StandardCharsets.UTF_8);

    /** What each kind of object is looked at for, below the archive's folder. */
    private static final List<String> KINDS =
            List.of(
                    "todoku-archive.json",
                    "keyset",
                    "epoch",
                    "log",
                    "expired",
                    "base",
                    "blob",
                    "capsule",
                    "verdict",
                    "verified",
                    "lease",
                    "status");

    @TempDir Path root;
    private final Map<String, Integer> rowsByContent = new HashMap<>();
    private final Map<String, Integer> outcomes = new TreeMap<>();

    private enum Outcome {
        REFUSED,
        WHOLE,
        WHOLE_AND_SAID,
        SHORT_AND_SAID
    }

    /** Three epochs, a key that was replaced, and all that upkeep makes. */
    @BeforeEach
    void makeArchive() throws Exception {
        try (var database = TestDatabase.open(root, "a")) {
            for (int i = 0; i < 4; i++) {
                insert(database, i * 250, 250);
                if (i < 3) {
                    database.backup.takeBase();
                }
            }
        }
        rotateKey();
        try (var database = TestDatabase.open(root, "a")) {
            insert(database, 1000, 250);
            database.backup.takeBase();
            insert(database, 1250, 250);
            insert(database, 1500, 250);
        }
        try (Archive archive = TestDatabase.archive(root)) {
            assertThat(new Compaction(archive).run(() -> true)).isPositive();
            var retention = new Retention(archive, Duration.ZERO, InstantSource.system());
            assertThat(retention.run().objects()).isPositive();
        }
        try (var database = TestDatabase.open(root, "a")) {
            insert(database, 1750, 125);
            insert(database, 1875, 125);
            database.backup.blobs().put(FILE);
            database.backup.blobs().put(new byte[] {1});
        }
        try (Archive archive = TestDatabase.archive(root)) {
            archive.put(verify(archive));
            Lease left = Lease.take(archive, "a test", InstantSource.system());
            assertThat(left.toString()).startsWith("lease/");
        }
    }

    private static void insert(TestDatabase database, int from, int count) throws Exception {
        database.insert(from, count);
        assertThat(database.backup.awaitArchived(TestDatabase.PATIENCE)).isTrue();
    }

    private void rotateKey() throws Exception {
        Path key = root.resolve("archive.key");
        ArchiveKey next = ArchiveKey.generate(new SecureRandom());
        try (Archive archive = TestDatabase.archive(root)) {
            archive.rotate(next, InstantSource.system());
        }
        Files.delete(key);
        next.write(key);
    }

    @Test
    void noSabotagedObjectLeadsToASilentShortRestore() throws Exception {
        List<Path> objects = objects();
        assertThat(objects.stream().map(this::kind).distinct())
                .containsExactlyInAnyOrderElementsOf(KINDS);
        assertThat(restore("whole")).isEqualTo(Outcome.WHOLE);
        int tried = 0;
        for (Path object : objects) {
            byte[] whole = Files.readAllBytes(object);
            for (Map.Entry<String, byte[]> change : changes(object, whole).entrySet()) {
                Files.write(object, change.getValue());
                expect(object, change.getKey());
                tried++;
            }
            Files.delete(object);
            expect(object, "deleted");
            tried++;
            Files.write(object, whole);
        }
        assertThat(restore("whole")).isEqualTo(Outcome.WHOLE);
        assertThat(outcomes).hasSizeGreaterThan(6);
        System.out.println(
                "figure: sabotage of %d objects in %d ways, none led to a silent short restore: %s"
                        .formatted(objects.size(), tried, outcomes));
    }

    /** What tells who wrote, and from where on, is believed in no letter without the key. */
    @Test
    void everyLetterOfAnEpochCounts() throws Exception {
        for (Path object : objects()) {
            if (kind(object).equals("epoch")) {
                byte[] whole = Files.readAllBytes(object);
                for (int at = 0; at < whole.length; at++) {
                    Files.write(object, flipped(whole, at));
                    String name = root.resolve("archive").relativize(object).toString();
                    try (Archive archive = TestDatabase.archive(root)) {
                        Chain.read(archive);
                        // Behind what retention keeps nobody reads it any more.
                        assertThat(isNeeded(object)).as(name + " at " + at).isFalse();
                    } catch (BackupException e) {
                        assertThat(e).hasMessageContaining(name);
                        assertThat(e.fault().exitStatus()).isEqualTo(3);
                    }
                }
                Files.write(object, whole);
            }
        }
    }

    private boolean isNeeded(Path epoch) throws IOException {
        Path expired = objects().stream().filter(o -> kind(o).equals("expired")).findFirst().get();
        return name(epoch).substring(0, 8).compareTo(name(expired).substring(0, 8)) >= 0;
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }

    private void expect(Path object, String change) throws Exception {
        String what = change + " " + root.resolve("archive").relativize(object);
        Outcome outcome;
        try {
            outcome = restore(what);
        } catch (BackupException e) {
            assertThat(e.fault().retryable()).as(what).isFalse();
            outcome = Outcome.REFUSED;
        }
        // Only what nothing names yet can be lost, and only by being deleted.
        assertThat(outcome == Outcome.SHORT_AND_SAID && !change.equals("deleted"))
                .as(what)
                .isFalse();
        boolean readable = List.of("lease", "status", "verdict", "verified").contains(kind(object));
        assertThat(readable && outcome != Outcome.WHOLE).as(what).isFalse();
        if (List.of("todoku-archive.json", "keyset").contains(kind(object))
                || (kind(object).equals("epoch") && isNeeded(object))) {
            assertThat(outcome).as(what).isEqualTo(Outcome.REFUSED);
        }
        outcomes.merge(kind(object) + " " + outcome, 1, Integer::sum);
    }

    /** As the command does it: what is missing is said, what is restored is booted. */
    private Outcome restore(String what) throws Exception {
        Path target = root.resolve("x");
        try (Archive archive = TestDatabase.archive(root)) {
            Chain chain = Chain.read(archive);
            Optional<String> lost = chain.lostTail().or(chain::lostCapsule);
            archive.capsule(chain.newest().orElseThrow().number());
            RestorePlan plan =
                    RestorePlan.of(chain, archive.catalogue(), new RestoreTarget.Newest());
            Restore.Reached reached =
                    new Restore(archive, target, new TestDatabase.Silent()).run(plan);
            int rows = rows(target);
            if (rows < ROWS) {
                assertThat(lost).as(what).isPresent();
                return Outcome.SHORT_AND_SAID;
            }
            assertThat(rows).as(what).isEqualTo(ROWS);
            // A file comes when it is asked for, and then it is said that it is not there.
            if (archive.blobs().read(Sha256.hex(FILE)).isEmpty()) {
                return Outcome.SHORT_AND_SAID;
            }
            return lost.isPresent() || !reached.warnings().isEmpty()
                    ? Outcome.WHOLE_AND_SAID
                    : Outcome.WHOLE;
        } finally {
            delete(target);
        }
    }

    /** Boots each directory only once: most restores make the same. */
    private int rows(Path database) throws Exception {
        StringBuilder content = new StringBuilder();
        for (Path file : files(database)) {
            content.append(database.relativize(file)).append(Sha256.hex(Files.readAllBytes(file)));
        }
        Integer known = rowsByContent.get(content.toString());
        if (known == null) {
            List<Integer> rows = TestDatabase.rowsOf(database);
            assertThat(rows).isEqualTo(IntStream.range(0, rows.size()).boxed().toList());
            known = rows.size();
            rowsByContent.put(content.toString(), known);
        }
        return known;
    }

    private Map<String, byte[]> changes(Path object, byte[] whole) throws IOException {
        Map<String, byte[]> changes = new LinkedHashMap<>();
        for (int part = 0; part <= 4; part++) {
            int at = (whole.length - 1) * part / 4;
            changes.put("flipped at " + at, flipped(whole, at));
        }
        changes.put("cut", Arrays.copyOf(whole, whole.length - 1));
        changes.put("emptied", new byte[0]);
        List<Path> all = objects();
        List<Path> kin = all.stream().filter(o -> kind(o).equals(kind(object))).toList();
        for (List<Path> from : List.of(kin, all)) {
            Path other = from.get((from.indexOf(object) + 1) % from.size());
            if (!other.equals(object)) {
                changes.put("swapped for " + name(other), Files.readAllBytes(other));
            }
        }
        return changes;
    }

    private static byte[] flipped(byte[] whole, int at) {
        byte[] flipped = whole.clone();
        flipped[at] ^= 1;
        return flipped;
    }

    private String kind(Path object) {
        return String.valueOf(root.resolve("archive").relativize(object).getName(0));
    }

    private List<Path> objects() throws IOException {
        return files(root.resolve("archive"));
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        List<Path> all = new ArrayList<>();
        try (Stream<Path> files = Files.walk(folder)) {
            files.forEach(all::addFirst);
        }
        for (Path path : all) {
            try {
                Files.delete(path);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static org.todoku.backup.archive.Verification verify(Archive archive) {
        return new Verify(
                        archive,
                        new Verify.Progress() {
                            @Override
                            public void read(String what, long done, long of) {}

                            @Override
                            public void problem(String what) {
                                throw new IllegalStateException(what);
                            }
                        },
                        InstantSource.system())
                .run();
    }
}
