package org.todoku.backup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.backup.bench.FrozenFileSystem;

/** A real disk that is really full: another's file takes all the room, and is deleted again. */
class FullDiskIT {
    private static final int BATCH = 200;

    @TempDir Path root;

    @Test
    void commitsGoOnAndTheDiskHealsWithoutARestart() throws Exception {
        try (FrozenFileSystem disk = mount(root.resolve("a"))) {
            assertThat(disk).isNotNull();
            int rows = BATCH;
            try (TestDatabase database = TestDatabase.open(root, "a")) {
                database.insert(0, BATCH);
                Path filler = root.resolve("a/filler");
                fill(filler);
                while (trouble(database).isEmpty() && rows < 200 * BATCH) {
                    database.insert(rows, BATCH);
                    rows += BATCH;
                }
                assertThat(trouble(database)).contains("the data disk is full");
                int full = rows;
                for (int i = 0; i < 5; i++) {
                    database.insert(rows, BATCH);
                    rows += BATCH;
                }
                System.err.printf(
                        "figure: full disk: full after %d rows, %d more confirmed on it%n",
                        full, rows - full);
                assertThat(database.backup.awaitArchived(TestDatabase.PATIENCE)).isTrue();
                assertThat(database.rows()).isEqualTo(range(rows));

                Files.delete(filler);
                await(() -> trouble(database).isEmpty());
                await(() -> database.backup.status().queuedBytes() == 0);
                database.insert(rows, BATCH);
                rows += BATCH;
            }
            assertThat(TestDatabase.rowsOf(root.resolve("a/db"))).isEqualTo(range(rows));
        }
    }

    private static List<Integer> range(int to) {
        return IntStream.range(0, to).boxed().toList();
    }

    private static String trouble(TestDatabase database) {
        return database.backup.status().trouble().filter(said -> said.contains("full")).orElse("");
    }

    /** Room is taken without being written, down to the last block that a program may have. */
    private static void fill(Path file) throws Exception {
        for (long size = 1 << 30; size >= 4096; size /= 2) {
            long had = Files.exists(file) ? Files.size(file) : 0;
            Process fallocate =
                    new ProcessBuilder("fallocate", "-l", "" + (had + size), file.toString())
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            if (fallocate.waitFor() == 0) {
                size *= 2;
            }
        }
    }

    private static void await(BooleanSupplier wanted) {
        long end = System.nanoTime() + TestDatabase.PATIENCE.toNanos();
        while (!wanted.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(end);
            LockSupport.parkNanos(20_000_000);
        }
    }

    private static FrozenFileSystem mount(Path folder) {
        try {
            return FrozenFileSystem.mount(folder);
        } catch (IOException e) {
            System.err.println("SKIPPED: " + e.getMessage());
            return Assumptions.abort(e.getMessage());
        }
    }
}
