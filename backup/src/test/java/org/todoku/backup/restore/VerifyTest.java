package org.todoku.backup.restore;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.backup.TestDatabase;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.ForkPoint;
import org.todoku.backup.archive.Segment;
import org.todoku.backup.archive.Sha256;
import org.todoku.backup.archive.Verification;
import org.todoku.backup.volume.LogChunk;
import org.todoku.backup.volume.LogPosition;

/** Reading everything back: nothing that is damaged passes, nothing that is whole is accused. */
class VerifyTest {
    @TempDir Path root;

    /** Two epochs, a base and an increment, more than one log file. */
    @BeforeEach
    void makeArchive() throws Exception {
        try (TestDatabase database = TestDatabase.open(root, "a")) {
            database.insert(1, 1500);
            database.backup.takeBase();
            database.insert(2001, 500);
            assertThat(database.backup.awaitArchived(TestDatabase.PATIENCE)).isTrue();
        }
        try (TestDatabase database = TestDatabase.open(root, "a")) {
            database.insert(3001, 300);
        }
    }

    @Test
    void findsNothingInAWholeArchiveAndKeepsThat() {
        Verification found = verify();
        assertThat(found.problems()).isEmpty();
        assertThat(found.bases()).hasSize(2);
        assertThat(found.segments()).isGreaterThan(2);
        try (Archive archive = TestDatabase.archive(root)) {
            archive.put(found);
            assertThat(archive.verifications()).containsExactly(found);
        }
    }

    @Test
    void findsEveryObjectThatIsMissingCutChangedOrSwapped() throws Exception {
        List<Path> objects = objects();
        assertThat(objects).hasSizeGreaterThan(6);
        int tried = 0;
        for (Path object : objects) {
            byte[] whole = Files.readAllBytes(object);
            for (byte[] changed : changes(whole, other(objects, object))) {
                Files.write(object, changed);
                expectFinding(object);
                tried++;
            }
            Files.delete(object);
            expectFinding(object);
            tried++;
            Files.write(object, whole);
        }
        assertThat(verify().problems()).isEmpty();
        System.out.println("figure: verify found all of " + tried + " kinds of damage");
    }

    @Test
    void findsAFileThatIsNotTheOneOfItsName() throws Exception {
        try (Archive archive = TestDatabase.archive(root)) {
            String one = Sha256.hex(new byte[] {1});
            archive.blobs().put(one, new byte[] {1});
            assertThat(verify().problems()).isEmpty();
            archive.blobs().put(Sha256.hex(new byte[] {2}), new byte[] {3});
            assertThat(verify().problems()).singleElement().asString().contains("file ");
        }
    }

    /** What no seal can tell: a segment that is sealed rightly, but whose log leaves a gap. */
    @Test
    void findsAGapInTheLogBehindGoodSeals() {
        try (Archive archive = TestDatabase.archive(root)) {
            ForkPoint tail = org.todoku.backup.archive.Chain.read(archive).tail().orElseThrow();
            LogPosition later = tail.end().plus(64);
            var chunk = new LogChunk(later, new byte[] {1, 2, 3});
            long epoch = archive.newestEpoch().orElseThrow().number();
            long next = tail.epoch() == epoch ? tail.sequence() + 1 : 1;
            archive.put(
                    archive.prepare(
                            new Segment(
                                    epoch,
                                    next,
                                    tail.hash(),
                                    next - 1,
                                    "2026-11-24T00:00:00Z",
                                    List.of(chunk))));
        }
        assertThat(verify().problems()).anyMatch(line -> line.contains("a gap between"));
    }

    private void expectFinding(Path object) {
        Verification found = verify();
        // Without its manifest a base is none; the one before it takes its place.
        boolean oneBaseLess =
                object.endsWith("manifest") && !Files.exists(object) && found.bases().size() == 1;
        List<String> findings = oneBaseLess ? found.unfinished() : found.problems();
        assertThat(findings).as("after damage to " + object).isNotEmpty();
    }

    private static List<byte[]> changes(byte[] whole, byte[] other) {
        byte[] flipped = whole.clone();
        flipped[whole.length / 2] ^= 1;
        byte[] cut = java.util.Arrays.copyOf(whole, whole.length - 1);
        return List.of(flipped, cut, other);
    }

    private static byte[] other(List<Path> objects, Path object) throws Exception {
        int at = objects.indexOf(object);
        return Files.readAllBytes(objects.get(at == 0 ? 1 : at - 1));
    }

    private Verification verify() {
        try (Archive archive = TestDatabase.archive(root)) {
            return new Verify(archive, new Silent(), InstantSource.system()).run();
        }
    }

    /** The log and the bases; seals and what lies behind a fork point are nobody's loss. */
    private List<Path> objects() throws Exception {
        List<Path> found = new ArrayList<>();
        for (String folder : List.of("base", "log")) {
            try (Stream<Path> files = Files.walk(root.resolve("archive").resolve(folder))) {
                files.filter(Files::isRegularFile).sorted().forEach(found::add);
            }
        }
        Path newest = found.getLast();
        found.removeIf(path -> isSeal(path, newest));
        return found;
    }

    /** The last object of every epoch but the newest is its seal. */
    private static boolean isSeal(Path path, Path newest) {
        Path epoch = path.resolveSibling(".").normalize();
        if (!path.toString().contains("/log/") || newest.startsWith(epoch)) {
            return false;
        }
        String[] names = java.util.Objects.requireNonNull(epoch.toFile().list());
        java.util.Arrays.sort(names);
        return path.endsWith(names[names.length - 1]);
    }

    private static final class Silent implements Verify.Progress {
        @Override
        public void read(String what, long done, long of) {}

        @Override
        public void problem(String what) {}
    }
}
