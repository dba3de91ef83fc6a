package org.todoku.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.backup.TestDatabase;

/** {@code todoku-migrate verify}, and what {@code status} tells of it. */
class VerifyCommandTest {
    @TempDir Path folder;

    @BeforeEach
    void makeArchive() throws Exception {
        try (TestDatabase database = TestDatabase.open(folder, "data")) {
            database.insert(1, 100);
        }
    }

    @Test
    void readsAWholeArchiveBack() {
        Command verify = run("verify");
        assertThat(verify.status()).as(verify.toString()).isZero();
        assertThat(verify.out()).contains("nothing is missing: 1 whole bases");
        assertThat(run("status", "--json").out())
                .contains("\"damaged\":false")
                .doesNotContain("\"verified\":\"\"");
    }

    @Test
    void namesWhatIsDamagedAndFails() throws Exception {
        Path pack = find("pack-00001");
        byte[] content = Files.readAllBytes(pack);
        content[content.length / 2] ^= 1;
        Files.write(pack, content);
        Command verify = run("verify");
        assertThat(verify.status()).as(verify.toString()).isEqualTo(1);
        assertThat(verify.out()).contains("pack-00001", "DAMAGED");
        assertThat(verify.err()).contains("the archive is damaged", "todoku-migrate backup");
        assertThat(run("status", "--json").out()).contains("\"damaged\":true");
    }

    private Path find(String name) throws Exception {
        try (Stream<Path> files = Files.walk(folder.resolve("archive"))) {
            return files.filter(path -> path.endsWith(name)).findFirst().orElseThrow();
        }
    }

    private Command run(String command, String... more) {
        String[] words =
                Stream.concat(
                                Stream.of(
                                        command,
                                        "--archive",
                                        folder.resolve("archive").toUri().toString(),
                                        "--key-file",
                                        folder.resolve("archive.key").toString()),
                                Stream.of(more))
                        .toArray(String[]::new);
        return Command.run(words);
    }
}
