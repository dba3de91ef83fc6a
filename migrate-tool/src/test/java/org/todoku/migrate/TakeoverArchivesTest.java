package org.todoku.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.ArchiveKey;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.objects.FolderObjects;
import picocli.CommandLine;

/** In which states an archive can be taken over from. */
class TakeoverArchivesTest {
    @TempDir Path folder;

    @Test
    void takesOverFromAHostThatStoppedCleanly() throws Exception {
        SampleService old = service("local-or-archive");
        try (Child server = old.serve()) {
            old.addMembers("a", SampleService.MEMBERS);
            server.signal("TERM");
            server.status();
        }
        assertMembers(takeover(old, "new"), SampleService.MEMBERS);
    }

    /** What was not shipped is not there, and the base that was begun harms nobody. */
    @Test
    void takesOverWhatWasHalfShipped() throws Exception {
        SampleService old = service("local");
        try (Child server = old.serve()) {
            old.addMembers("a", 10);
            server.signal("TERM");
            server.status();
        }
        old.configure("60s");
        try (Child server = old.serve()) {
            old.addMembers("b", 5);
            server.signal("KILL");
            server.status();
        }
        Path base = newest(old.folder.resolve("archive/base"));
        SampleService.copy(base, base.resolveSibling("00000002-00000099"));
        Files.delete(base.resolveSibling("00000002-00000099").resolve("manifest"));
        assertMembers(takeover(old, "new"), 10);
    }

    /** Somebody ended the epoch and died before he could claim the next; or after that. */
    @Test
    void takesOverAFencedArchive() throws Exception {
        SampleService old = service("local-and-archive");
        try (Child server = old.serve()) {
            old.addMembers("a", 10);
            server.signal("KILL");
            server.status();
        }
        try (Archive archive = archive(old)) {
            Chain.read(archive).seal("somebody");
        }
        assertMembers(takeover(old, "second"), 10);
        // The second never served: its epoch holds nothing.
        assertMembers(takeover(old, "third"), 10);
        Command again = takeover(old, "third");
        assertThat(again.out()).contains("has taken over already");
        Files.writeString(folder.resolve("third/node.json"), "{\"owner\":\"x\"}");
        assertThat(takeover(old, "third").status()).isEqualTo(3);
    }

    @Test
    void oneOfTwoAtTheSameMomentWins() throws Exception {
        SampleService old = service("local-and-archive");
        try (Child server = old.serve()) {
            old.addMembers("a", 10);
            server.signal("KILL");
            server.status();
        }
        Path kept = folder.resolve("kept");
        SampleService.copy(old.folder.resolve("archive"), kept);
        for (String together : List.of("seal", "claim")) {
            for (int round = 0; round < 5; round++) {
                Restoring.deleteTree(old.folder.resolve("archive"));
                SampleService.copy(kept, old.folder.resolve("archive"));
                race(old, together, together + round);
            }
        }
    }

    private void race(SampleService old, String together, String name) throws Exception {
        CyclicBarrier barrier = new CyclicBarrier(2);
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            List<Callable<Command>> both =
                    Stream.of(name + "-a", name + "-b")
                            .map(to -> (Callable<Command>) () -> racing(old, to, together, barrier))
                            .toList();
            List<Command> ends =
                    threads.invokeAll(both).stream().map(TakeoverArchivesTest::get).toList();
            assertThat(ends.stream().map(Command::status))
                    .as(ends.toString())
                    .containsExactlyInAnyOrder(0, 3);
            Command lost = ends.get(ends.get(0).status() == 3 ? 0 : 1);
            assertThat(lost.err()).contains("another host was quicker");
            assertThat(lost.err().strip().lines()).hasSize(1);
        }
        long whole =
                Stream.of("a", "b")
                        .filter(e -> Files.exists(folder.resolve(name + "-" + e + "/db")))
                        .count();
        assertThat(whole).isEqualTo(1);
    }

    /** Both wait for each other when they begin this step. */
    private Command racing(SampleService old, String to, String step, CyclicBarrier barrier) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        PrintWriter watched =
                new PrintWriter(out, true) {
                    @Override
                    public void println(String line) {
                        super.println(line);
                        if (line.contains("\"step\":\"" + step + "\",\"state\":\"running\"")) {
                            await(barrier);
                        }
                    }
                };
        CommandLine line = Main.commandLine(Map.of());
        line.setOut(watched).setErr(new PrintWriter(err, true));
        return new Command(line.execute(words(old, to)), out.toString(), err.toString());
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static Command get(Future<Command> future) {
        try {
            return future.get();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private SampleService service(String force) throws Exception {
        return new SampleService(folder.resolve("old"), force).setUp();
    }

    private Command takeover(SampleService old, String to) {
        return Command.run(words(old, to));
    }

    private String[] words(SampleService old, String to) {
        return new String[] {
            "takeover",
            "--json",
            "--no-start",
            "--data",
            folder.resolve(to).toString(),
            "--archive",
            old.archiveUrl(),
            "--key-file",
            old.key().toString()
        };
    }

    private static void assertMembers(Command taken, int members) {
        assertThat(taken.status()).as(taken.toString()).isZero();
        assertThat(taken.out()).contains("\"members\":" + members + ",", "\"broken\":[]");
    }

    private static Archive archive(SampleService old) {
        return Archive.open(
                new FolderObjects(old.folder.resolve("archive")), ArchiveKey.read(old.key()));
    }

    private static Path newest(Path bases) throws Exception {
        try (Stream<Path> paths = Files.list(bases)) {
            return paths.max(Path::compareTo).orElseThrow();
        }
    }
}
