package org.todoku.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.backup.TestDatabase;

/** {@code todoku-migrate expire}. */
class ExpireCommandTest {
    @TempDir Path folder;

    @Test
    void deletesNothingThatIsStillToBeKept() throws Exception {
        try (TestDatabase database = TestDatabase.open(folder, "data")) {
            for (int i = 0; i < 5; i++) {
                database.insert(i * 10, 10);
                database.backup.takeBase();
            }
        }
        Command dry = run("--dry-run", "--json");
        assertThat(dry.status()).as(dry.toString()).isZero();
        assertThat(dry.out()).contains("\"bases\":[]");
        Command done = run("--keep", "1h");
        assertThat(done.status()).as(done.toString()).isZero();
        assertThat(done.out()).contains("deleted 0 objects; nothing is old enough");
        assertThat(run("--keep", "0d").status()).isEqualTo(2);
        assertThat(run("--keep", "soon").status()).isEqualTo(2);
    }

    private Command run(String... more) {
        String[] words =
                Stream.concat(
                                Stream.of(
                                        "expire",
                                        "--archive",
                                        folder.resolve("archive").toUri().toString(),
                                        "--key-file",
                                        folder.resolve("archive.key").toString()),
                                Stream.of(more))
                        .toArray(String[]::new);
        return Command.run(words);
    }
}
