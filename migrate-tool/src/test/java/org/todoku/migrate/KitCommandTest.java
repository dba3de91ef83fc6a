package org.todoku.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.backup.TestDatabase;

/** {@code todoku-migrate kit}: the sheet, and a new key for it. */
class KitCommandTest {
    @TempDir Path folder;

    @BeforeEach
    void makeArchive() throws Exception {
        try (TestDatabase database = TestDatabase.open(folder, "data")) {
            database.insert(1, 10);
        }
    }

    @Test
    void thePrintedPageOpensTheArchive() {
        Path page = folder.resolve("kit.html");
        assertThat(kit("archive.key", "--out", page.toString()).status()).isZero();
        assertThat(page).content().contains("words 4: ", "<svg");
        Command check = Command.run("kit", "--kit", page.toString(), "--check");
        assertThat(check.status()).as(check.toString()).isZero();
    }

    @Test
    void aRotatedKeyTakesThePlaceOfTheOld() throws Exception {
        Path next = folder.resolve("next.key");
        Path page = folder.resolve("next.html");
        Command rotate = kit("archive.key", "--rotate", next.toString(), "--out", page.toString());
        assertThat(rotate.status()).as(rotate.toString()).isZero();

        Command old = kit("archive.key", "--check");
        assertThat(old.status()).as(old.toString()).isEqualTo(2);
        assertThat(old.err()).contains("this key was replaced on");
        assertThat(Command.run("kit", "--kit", page.toString(), "--check").status()).isZero();

        Files.move(folder.resolve("archive.key"), folder.resolve("old.key"));
        Files.move(next, folder.resolve("archive.key"));
        try (TestDatabase database = TestDatabase.open(folder, "data")) {
            database.insert(11, 10);
        }
        TestDatabase.restore(folder, "restored", java.util.Optional.empty());
        assertThat(TestDatabase.rowsOf(folder.resolve("restored/db"))).hasSize(20);
    }

    @Test
    void neverWritesANewKeyOverAFile() {
        Command refused = kit("archive.key", "--rotate", folder.resolve("archive.key").toString());
        assertThat(refused.status()).isEqualTo(2);
        assertThat(kit("archive.key", "--check").status()).isZero();
    }

    private Command kit(String keyFile, String... more) {
        String[] words = new String[5 + more.length];
        words[0] = "kit";
        words[1] = "--archive";
        words[2] = folder.resolve("archive").toUri().toString();
        words[3] = "--key-file";
        words[4] = folder.resolve(keyFile).toString();
        System.arraycopy(more, 0, words, 5, more.length);
        return Command.run(words);
    }
}
