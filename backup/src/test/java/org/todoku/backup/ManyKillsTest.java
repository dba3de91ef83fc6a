package org.todoku.backup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real process, killed with SIGKILL at random moments, its starts and catch-ups included, fifty
 * times for each force policy; the parent keeps what was confirmed. Each next start recovers from
 * disk and archive together and says what it found; now and then the disk alone and the archive
 * alone are asked as well.
 */
class ManyKillsTest {
    private static final int KILLS = Integer.getInteger("todoku.kills", 50);
    private static final int LOOK_EVERY = 10;
    private static final int START_MILLIS = 2000;
    private static final int COMMIT_MILLIS = 700;

    /** What may be lost with a host whose policy does not wait for the archive, and a margin. */
    private static final Duration LATE = Duration.ofSeconds(5);

    @TempDir Path root;

    @Test
    void eachPolicyKeepsWhatItPromisesOverFiftyKills() throws Exception {
        long seed = Long.getLong("todoku.seed", System.nanoTime());
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            List<Future<?>> runs = new ArrayList<>();
            for (ForcePolicy force : ForcePolicy.values()) {
                runs.add(threads.submit(() -> new Run(force, seed).kill()));
            }
            for (Future<?> run : runs) {
                run.get();
            }
        }
    }

    /** The host of one policy. */
    private final class Run {
        private final ForcePolicy force;
        private final Random random;
        private final Path home;
        private final String as;
        private final List<Long> confirmedAt = new ArrayList<>();
        // Of the kill that ended the run in which the row was confirmed.
        private final List<Long> killedAfter = new ArrayList<>();
        private volatile long killedAt;
        private int startsCutOff;
        private Duration worstLoss = Duration.ZERO;

        Run(ForcePolicy force, long seed) throws IOException {
            this.force = force;
            this.random = new Random(seed + force.name().length());
            this.home = Files.createDirectories(root.resolve(force.name()));
            this.as = "policy " + force + ", seed " + seed;
        }

        Void kill() throws Exception {
            for (int round = 1; round <= KILLS; round++) {
                startAndKill(as + ", kill " + round);
                if (round % LOOK_EVERY == 0 && !confirmedAt.isEmpty()) {
                    lookAtTheDiskAlone(as + ", kill " + round);
                    lookAtTheArchiveAlone("copy" + round, as + ", kill " + round);
                }
            }
            try (TestDatabase database = TestDatabase.open(home, "a", force)) {
                assertThat(database.rows()).as(as).hasSizeGreaterThanOrEqualTo(confirmedAt.size());
            }
            System.err.printf(
                    "figure: kills: %s: %d kills, %d of them in the start, %d commits confirmed,"
                            + " none lost; the archive alone lacked %d ms at most%n",
                    force, KILLS, startsCutOff, confirmedAt.size(), worstLoss.toMillis());
            assertThat(confirmedAt).as(as).hasSizeGreaterThan(KILLS);
            return null;
        }

        /** Most are killed while they commit, one in six while it starts. */
        private void startAndKill(String when) throws Exception {
            Process child = start();
            boolean inTheStart = !confirmedAt.isEmpty() && random.nextInt(6) == 0;
            if (inTheStart) {
                killAfter(child, random.nextInt(START_MILLIS));
            }
            boolean found = false;
            try (BufferedReader out = child.inputReader()) {
                for (String line = out.readLine(); line != null; line = out.readLine()) {
                    if (line.startsWith("found ")) {
                        int rows = Integer.parseInt(line.substring(6));
                        assertThat(rows).as(when).isGreaterThanOrEqualTo(confirmedAt.size());
                        // What was committed and not told counts from now on.
                        while (confirmedAt.size() < rows) {
                            confirmedAt.add(System.nanoTime());
                        }
                        found = true;
                        if (!inTheStart) {
                            killAfter(child, random.nextInt(COMMIT_MILLIS));
                        }
                    } else {
                        assertThat(line).as(when).isEqualTo("" + confirmedAt.size());
                        confirmedAt.add(System.nanoTime());
                    }
                }
            }
            assertThat(child.waitFor(20, TimeUnit.SECONDS)).as(when).isTrue();
            while (killedAfter.size() < confirmedAt.size()) {
                killedAfter.add(killedAt);
            }
            startsCutOff += found ? 0 : 1;
        }

        private void killAfter(Process child, int millis) {
            Thread.ofPlatform()
                    .start(
                            () -> {
                                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
                                killedAt = System.nanoTime();
                                // By its handle: the process would close our end of the pipe.
                                child.toHandle().destroyForcibly();
                            });
        }

        private Process start() throws IOException {
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(
                    List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-UsePerfData"));
            command.add("-Dderby.stream.error.file=" + home.resolve("child-derby.log"));
            command.addAll(List.of("-cp", System.getProperty("java.class.path")));
            command.addAll(
                    List.of(KillChild.class.getName(), home.toString(), "a", force.toString()));
            return new ProcessBuilder(command)
                    .redirectError(home.resolve("child.err").toFile())
                    .start();
        }

        /** Each policy but one needs nothing else; that one takes whichever answered first. */
        private void lookAtTheDiskAlone(String when) throws Exception {
            if (force == ForcePolicy.LOCAL_OR_ARCHIVE) {
                return;
            }
            Path copy = home.resolve("disk-alone");
            copyTree(home.resolve("a/db"), copy);
            Files.deleteIfExists(copy.resolve("db.lck"));
            List<Integer> rows = TestDatabase.rowsOf(copy);
            assertThat(rows).as(when).hasSizeGreaterThanOrEqualTo(confirmedAt.size());
            assertThat(rows).as(when).isEqualTo(range(rows.size()));
            deleteTree(copy);
        }

        private void lookAtTheArchiveAlone(String name, String when) throws Exception {
            TestDatabase.restore(home, name, Optional.empty());
            List<Integer> rows = TestDatabase.rowsOf(home.resolve(name + "/db"));
            assertThat(rows).as(when).isEqualTo(range(rows.size()));
            if (force == ForcePolicy.LOCAL_AND_ARCHIVE) {
                assertThat(rows).as(when).hasSizeGreaterThanOrEqualTo(confirmedAt.size());
            } else if (rows.size() < confirmedAt.size()) {
                int first = rows.size();
                Duration loss = Duration.ofNanos(killedAfter.get(first) - confirmedAt.get(first));
                assertThat(loss).as(when).isLessThan(LATE);
                worstLoss = worstLoss.compareTo(loss) < 0 ? loss : worstLoss;
            }
            deleteTree(home.resolve(name));
        }
    }

    private static List<Integer> range(int to) {
        return IntStream.range(0, to).boxed().toList();
    }

    private static void copyTree(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Files.copy(path, to.resolve(from.relativize(path)));
            }
        }
    }

    private static void deleteTree(Path tree) throws IOException {
        try (Stream<Path> paths = Files.walk(tree)) {
            for (Path path : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
