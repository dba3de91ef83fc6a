package org.todoku.backup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.backup.archive.Archive;

/** A real process, killed with SIGKILL at random moments; the parent keeps what was confirmed. */
class KillFaultTest {
    private static final int ROUNDS = 4;

    @TempDir Path root;

    @Test
    void keepsEverythingOverKillsWhileBasesAreTaken() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int rows = 0;
        for (int round = 0; round < ROUNDS; round++) {
            String as = "seed " + seed + ", round " + round;
            int commits = 50 + random.nextInt(400);
            int confirmed = runAndKill(ForcePolicy.LOCAL_AND_ARCHIVE, rows, commits, "bases");
            TestDatabase.restore(root, "copy" + round, Optional.empty());
            List<Integer> restored = TestDatabase.rowsOf(root.resolve("copy" + round + "/db"));
            assertThat(restored.size()).as(as).isGreaterThanOrEqualTo(confirmed);
            assertThat(restored).as(as).isEqualTo(range(restored.size()));
            try (var database = TestDatabase.open(root, "a")) {
                rows = database.rows().size();
                assertThat(rows).as(as).isGreaterThanOrEqualTo(confirmed);
                assertThat(database.rows()).as(as).isEqualTo(range(rows));
                assertThat(root.resolve("a/base.tmp")).doesNotExist();
            }
        }
        try (Archive archive = TestDatabase.archive(root)) {
            assertThat(archive.bases()).hasSizeGreaterThan(ROUNDS);
        }
    }

    private int runAndKill(ForcePolicy force, int from, int commits, String... more)
            throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Dderby.stream.error.file=" + root.resolve("child-derby.log"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(KillChild.class.getName(), root.toString(), "a", force.toString()));
        command.addAll(List.of(more));
        Process child =
                new ProcessBuilder(command)
                        .redirectError(root.resolve("child.err").toFile())
                        .start();
        int confirmed = from;
        try (BufferedReader out = child.inputReader()) {
            assertThat(out.readLine()).isEqualTo("found " + from);
            String line = out.readLine();
            assertThat(line).as("the child's first commit").isEqualTo(String.valueOf(from));
            while (line != null) {
                confirmed = Integer.parseInt(line) + 1;
                if (confirmed - from == commits) {
                    // By its handle: the process object would close our end of the pipe too.
                    child.toHandle().destroyForcibly();
                }
                line = out.readLine();
            }
        }
        assertThat(child.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return confirmed;
    }

    private static List<Integer> range(int to) {
        return IntStream.range(0, to).boxed().toList();
    }
}
