package org.todoku.backup.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.backup.TestDatabase;
import org.todoku.backup.objects.FolderObjects;
import org.todoku.backup.ship.Compaction;
import org.todoku.backup.ship.Retention;

/**
 * The archive must be readable without this program: the script in {@code docs/archive-format.md},
 * another language that shares no line with us, restores it, and plain Derby boots the result.
 */
class FormatDocumentIT {
    @TempDir Path root;

    @Test
    void theDocumentAloneRestoresBasesIncrementsEpochsAndAReplacedKey() throws Exception {
        assumeTrue(
                has("python3", "-c", "import cryptography") && has("zstd", "--version"),
                "SKIPPED: needs python3-cryptography and zstd");
        try (TestDatabase database = TestDatabase.open(root, "a")) {
            database.insert(1, 1200);
            for (int i = 0; i < 12; i++) {
                database.insert(2001 + 20 * i, 20);
                database.backup.awaitArchived(TestDatabase.PATIENCE);
                if (i == 4 || i == 5 || i == 6) {
                    database.backup.takeBase();
                }
            }
        }
        rotateKey();
        List<Integer> rows;
        try (TestDatabase database = TestDatabase.open(root, "a")) {
            database.insert(3001, 300);
            try (var statement = database.connection().createStatement()) {
                statement.execute("create index t_text on t(text)");
                statement.execute("delete from t where id < 100");
            }
            database.backup.takeBase();
            database.insert(4001, 300);
            rows = database.rows();
        }
        compactAndExpire();
        assertThat(script()).contains("archive, key_file, target");
        Path script = Files.writeString(root.resolve("restore.py"), script());
        Path target = root.resolve("by-hand");
        assertThat(restore(script, target)).as(() -> "the script said: " + said()).isZero();
        assertThat(TestDatabase.rowsOf(target)).isEqualTo(rows);
        noticesAChangedEpoch(script);
    }

    private int restore(Path script, Path target) throws Exception {
        return run(
                "python3",
                script.toString(),
                root.resolve("archive").toString(),
                root.resolve("archive.key").toString(),
                target.toString());
    }

    /** One letter of the host's name, which nothing else would notice. */
    private void noticesAChangedEpoch(Path script) throws Exception {
        Path epoch;
        try (var epochs = Files.list(root.resolve("archive/epoch"))) {
            epoch = epochs.max(java.util.Comparator.naturalOrder()).orElseThrow();
        }
        String text = Files.readString(epoch);
        Files.writeString(epoch, text.replace("\"owner\" : \"", "\"owner\" : \"x"));
        assertThat(restore(script, root.resolve("changed"))).isPositive();
        assertThat(said()).contains("InvalidTag");
        Files.writeString(epoch, text);
    }

    private void compactAndExpire() {
        try (Archive archive = TestDatabase.archive(root)) {
            assertThat(new Compaction(archive).run(() -> true)).isPositive();
            var retention = new Retention(archive, Duration.ZERO, InstantSource.system());
            assertThat(retention.run().objects()).isPositive();
            assertThat(archive.expired()).isPresent();
        }
    }

    private void rotateKey() throws Exception {
        Path key = root.resolve("archive.key");
        ArchiveKey next = ArchiveKey.generate(new SecureRandom());
        var store = new FolderObjects(root.resolve("archive"));
        try (Archive archive = Archive.open(store, ArchiveKey.read(key))) {
            archive.rotate(next, InstantSource.system());
        }
        Files.delete(key);
        next.write(key);
    }

    /** The one block of Python in the document. */
    private static String script() throws Exception {
        Path document = Path.of("..", "docs", "archive-format.md");
        String[] parts = Files.readString(document).split("```python\n|```\n", -1);
        return Arrays.stream(parts)
                .filter(part -> part.startsWith("import base64"))
                .findFirst()
                .orElse("");
    }

    private boolean has(String... command) throws Exception {
        try {
            return run(command) == 0;
        } catch (java.io.IOException e) {
            return false;
        }
    }

    private int run(String... command) throws Exception {
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(root.resolve("said").toFile())
                        .start();
        if (!process.waitFor(120, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException(Arrays.toString(command) + " did not end: " + said());
        }
        return process.exitValue();
    }

    private String said() {
        try {
            return Files.readString(root.resolve("said"));
        } catch (java.io.IOException e) {
            return e.toString();
        }
    }
}
