package org.todoku.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.backup.TestDatabase;
import org.todoku.backup.volume.LogPosition;

/** {@code todoku-migrate restore}: to which state, and what it refuses. */
class RestoreCommandTest {
    @TempDir Path folder;
    private LogPosition middle = new LogPosition(0, 0);

    @BeforeEach
    void makeArchive() throws Exception {
        try (TestDatabase database = TestDatabase.open(folder, "data")) {
            database.insert(0, 100);
            database.backup.takeBase();
            database.insert(100, 100);
            database.backup.awaitArchived(TestDatabase.PATIENCE);
            middle = database.backup.status().archive().orElseThrow().shipped();
            database.insert(200, 100);
        }
    }

    @Test
    void restoresToAPlaceInTheLog() throws Exception {
        Command number = run("a", "--no-check", "--at-instant", "" + middle.instant());
        assertThat(number.status()).as(number.toString()).isZero();
        assertThat(TestDatabase.rowsOf(folder.resolve("a/db"))).hasSize(200);
        Command named = run("b", "--no-check", "--json", "--at-instant", middle.toString());
        assertThat(named.status()).as(named.toString()).isZero();
        assertThat(named.out()).contains("\"warnings\":[]", "\"instant\":" + middle.instant());
        assertThat(TestDatabase.rowsOf(folder.resolve("b/db"))).hasSize(200);
        assertThat(run("c", "--no-check").status()).isZero();
        assertThat(TestDatabase.rowsOf(folder.resolve("c/db"))).hasSize(300);
    }

    @Test
    void refusesWhatCannotBe() {
        assertThat(run("a", "--at-instant", "noon").status()).isEqualTo(2);
        assertThat(run("a", "--at-instant", "1:24", "--at", "2026-11-24T00:00:00Z").status())
                .isEqualTo(2);
        Command early = run("a", "--at-instant", "1:24");
        assertThat(early.status()).as(early.toString()).isEqualTo(3);
        assertThat(folder.resolve("a/db")).doesNotExist();
    }

    @Test
    void showsThePlanAndTouchesNothing() {
        Command dry = run("a", "--dry-run", "--json");
        assertThat(dry.status()).as(dry.toString()).isZero();
        assertThat(dry.out()).contains("\"bases\":[", "\"objects\":", "\"segments\":");
        assertThat(folder.resolve("a")).doesNotExist();
    }

    @Test
    void saysWhichBaseIsDamagedAndDoesWithout() throws Exception {
        try (Stream<Path> files = Files.walk(folder.resolve("archive/base"))) {
            Path newest =
                    files.filter(p -> p.endsWith("pack-00001")).max(Path::compareTo).orElseThrow();
            Files.write(newest, new byte[10]);
        }
        Command restore = run("a", "--no-check");
        assertThat(restore.status()).as(restore.toString()).isZero();
        assertThat(restore.out()).contains("could not be used");
        assertThat(TestDatabase.rowsOf(folder.resolve("a/db"))).hasSize(300);
    }

    private Command run(String to, String... more) {
        String[] words =
                Stream.concat(
                                Stream.of(
                                        "restore",
                                        "--to",
                                        folder.resolve(to).toString(),
                                        "--archive",
                                        folder.resolve("archive").toUri().toString(),
                                        "--key-file",
                                        folder.resolve("archive.key").toString()),
                                Stream.of(more))
                        .toArray(String[]::new);
        return Command.run(words);
    }
}
