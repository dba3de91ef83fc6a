package org.todoku.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.backup.TestDatabase;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.ProbeVerdict;
import org.todoku.backup.objects.BucketProbe.Check;

/** What a probe found decides what a takeover may rely on. */
class ProbeVerdictTest {
    @TempDir Path folder;

    @BeforeEach
    void makeArchive() throws Exception {
        try (TestDatabase database = TestDatabase.open(folder, "old")) {
            database.insert(1, 10);
        }
    }

    @Test
    void everyNewArchiveIsProbed() {
        try (Archive archive = TestDatabase.archive(folder)) {
            assertThat(archive.verdict()).hasValueSatisfying(v -> assertThat(v.fences()).isTrue());
        }
    }

    @Test
    void refusesToTakeOverWhereAnEpochFencesNobody() {
        putVerdict(false);
        Command refused = takeover();
        assertThat(refused.status()).as(refused.toString()).isEqualTo(3);
        assertThat(refused.err()).contains("create-races", "--old-host-is-off");
        assertThat(folder.resolve("new")).doesNotExist();
        try (Archive archive = TestDatabase.archive(folder)) {
            assertThat(archive.newestEpoch())
                    .hasValueSatisfying(e -> assertThat(e.number()).isEqualTo(1));
        }
    }

    @Test
    void goesOnWhenAPersonAnswersForTheOldHost() {
        putVerdict(false);
        Command dry = takeover("--old-host-is-off", "--dry-run");
        assertThat(dry.status()).as(dry.toString()).isZero();
    }

    @Test
    void theNewestVerdictCounts() {
        putVerdict(false);
        Command probe =
                Command.run("probe", "--archive", archiveUrl(), "--key-file", key(), "--json");
        assertThat(probe.status()).as(probe.toString()).isZero();
        assertThat(probe.out()).contains("\"kept\":true", "\"clock\":true");
        try (Archive archive = TestDatabase.archive(folder)) {
            assertThat(archive.verdict()).hasValueSatisfying(v -> assertThat(v.fences()).isTrue());
        }
        assertThat(folder.resolve("archive/probe")).satisfies(ProbeVerdictTest::isEmpty);
    }

    private static void isEmpty(Path path) {
        try (var files = Files.walk(path)) {
            assertThat(files.filter(Files::isRegularFile)).isEmpty();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void putVerdict(boolean kept) {
        try (Archive archive = TestDatabase.archive(folder)) {
            Check races = new Check("create-races", kept, "two winners", true);
            archive.put(new ProbeVerdict("2026-11-24T00:00:00Z", "test", List.of(races)));
        }
    }

    private Command takeover(String... more) {
        List<String> words = new java.util.ArrayList<>(List.of("takeover", "--no-start", "--data"));
        words.add(folder.resolve("new").toString());
        words.addAll(List.of("--archive", archiveUrl(), "--key-file", key()));
        words.addAll(List.of(more));
        return Command.run(words.toArray(String[]::new));
    }

    private String archiveUrl() {
        return folder.resolve("archive").toUri().toString();
    }

    private String key() {
        return folder.resolve("archive.key").toString();
    }
}
