package org.todoku.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.RestoredCheck;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.ArchiveKey;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.archive.Epoch;
import org.todoku.backup.objects.FolderObjects;
import org.todoku.backup.restore.NodeFile;

/**
 * A takeover that is killed, told to end, or held up at each of its steps, in real processes; the
 * table of what became of it is written to {@code target/faults-takeover.txt}.
 */
class TakeoverFaultTest {
    private static final Map<String, String> PLACES = new LinkedHashMap<>();

    static {
        running("configuration");
        done("configuration");
        running("seal");
        done("seal");
        done("claim");
        running("restore");
        PLACES.put(
                "restore, in the middle",
                "\"step\":\"restore\",\"state\":\"running\",\"percent\":80");
        done("restore");
        done("identify");
        done("check");
        done("hold");
    }

    private static final FaultTable TABLE = new FaultTable("takeover", PLACES.keySet());

    @TempDir static Path root;
    private static SampleService old;

    private static void running(String step) {
        PLACES.put(step + " begins", FaultTable.begins(step));
    }

    private static void done(String step) {
        PLACES.put(step + " is done", FaultTable.done(step));
    }

    @BeforeAll
    static void loseAHost() throws Exception {
        old = new SampleService(root.resolve("old"), "local-and-archive").setUp();
        try (Child server = old.serve()) {
            old.addMembers("a", SampleService.MEMBERS);
            server.signal("KILL");
            server.status();
        }
    }

    @AfterAll
    static void writeTable() throws Exception {
        TABLE.write();
    }

    @Test
    void goesOnAfterSigkill() throws Exception {
        for (String place : PLACES.keySet()) {
            Cell cell = new Cell("kill", place);
            try (Child child = cell.start("KILL")) {
                assertThat(child.status()).as(place).isEqualTo(137);
            }
            String then = cell.isAsBefore() ? "as before" : "the old host is fenced";
            Object restored = cell.restoredFolder();
            cell.runAgain();
            if (restored != null) {
                assertThat(cell.restoredFolder()).as("restored once: " + place).isEqualTo(restored);
            }
            cell.result("SIGKILL, run again", "moved when run again (" + then + ")");
        }
    }

    @Test
    void undoesOrGoesOnAfterSigterm() throws Exception {
        for (String place : PLACES.keySet()) {
            Cell cell = new Cell("term", place);
            int status;
            try (Child child = cell.start("TERM")) {
                status = child.status();
            }
            if (cell.isAsBefore()) {
                assertThat(cell.data.resolve("archive.key")).as(place).doesNotExist();
                assertThat(cell.data.resolve("todoku.yaml")).as(place).doesNotExist();
                cell.result("SIGTERM", "as before (exit " + status + ")");
            } else {
                cell.runAgain();
                cell.result("SIGTERM", "moved when run again (the old host is fenced)");
            }
        }
    }

    @Test
    void goesOnAfterSigstop() throws Exception {
        for (String place : PLACES.keySet()) {
            Cell cell = new Cell("stop", place);
            try (Child child = cell.start("STOP")) {
                Child.await(child::isStopped, "SIGSTOP");
                child.signal("CONT");
                assertThat(child.status()).as(place + child.errors()).isZero();
            }
            cell.assertMoved();
            cell.result("SIGSTOP, SIGCONT", "moved");
        }
    }

    @Test
    void losesCleanlyWhenAnotherTakesOverMeanwhile() throws Exception {
        for (String place : PLACES.keySet()) {
            Cell cell = new Cell("other", place);
            try (Child child = cell.start("STOP")) {
                Child.await(child::isStopped, "SIGSTOP");
                Command other = Command.run(cell.words(cell.folder.resolve("other")));
                assertThat(other.status()).as(place + other).isZero();
                child.signal("CONT");
                int status = child.status();
                cell.assertWriter(cell.folder.resolve("other"));
                if (status == 0) {
                    // It had looked for the last time: its start will find out.
                    assertThat(place).isEqualTo("hold is done");
                    cell.result(
                            "SIGSTOP, another host, SIGCONT", "moved, then moved on by the other");
                    continue;
                }
                assertThat(status).as(place + child.errors()).isEqualTo(3);
                assertThat(child.errors()).contains("another host was quicker", "Hint: ");
                assertThat(cell.data.resolve("db")).doesNotExist();
                assertThat(cell.data.resolve("archive.key")).doesNotExist();
                cell.result("SIGSTOP, another host, SIGCONT", FaultTable.reason(child.errors()));
            }
        }
    }

    /** One place and one fault, with an archive of its own. */
    private static final class Cell {
        final Path folder;
        final Path data;
        final String place;
        final long before;

        Cell(String fault, String place) throws Exception {
            this.folder = root.resolve(fault + "-" + place.replaceAll("\\W+", "-"));
            this.data = folder.resolve("new");
            this.place = place;
            SampleService.copy(old.folder.resolve("archive"), folder.resolve("archive"));
            this.before = newest().number();
        }

        Child start(String signal) throws Exception {
            List<String> words = new ArrayList<>(List.of(signal, PLACES.get(place)));
            words.addAll(List.of(words(data)));
            return Child.start(folder, HaltedCommand.class, words.toArray(String[]::new));
        }

        String[] words(Path into) {
            return new String[] {
                "takeover",
                "--json",
                "--no-start",
                "--yes",
                "--data",
                into.toString(),
                "--archive",
                folder.resolve("archive").toUri().toString(),
                "--key-file",
                old.key().toString()
            };
        }

        void runAgain() {
            Command again = Command.run(words(data));
            assertThat(again.status()).as(place + again).isZero();
            assertMoved();
        }

        void assertMoved() {
            assertWriter(data);
            assertThat(newest().number()).as(place).isEqualTo(before + 1);
        }

        /** The directory is the archive's writer, and whole. */
        void assertWriter(Path directory) {
            assertThat(NodeFile.read(directory))
                    .as(place)
                    .hasValueSatisfying(
                            node -> {
                                assertThat(node.owner()).isEqualTo(newest().owner());
                                assertThat(node.restored()).isPresent();
                            });
            assertThat(RestoredCheck.run(directory).facts())
                    .containsEntry("members", (long) SampleService.MEMBERS)
                    .containsEntry("broken", List.of());
        }

        /** The old host could go on: it is the writer, and nobody has ended its epoch. */
        boolean isAsBefore() {
            try (Archive archive = archive()) {
                Chain chain = Chain.read(archive);
                return chain.newest().orElseThrow().number() == before
                        && archive.segments(before).equals(chain.links().getLast().segments());
            }
        }

        @org.jspecify.annotations.Nullable
        Object restoredFolder() throws Exception {
            Path db = data.resolve("db");
            return Files.exists(db)
                    ? Files.readAttributes(db, java.nio.file.attribute.BasicFileAttributes.class)
                            .fileKey()
                    : null;
        }

        void result(String fault, String text) {
            TABLE.put(place, fault, text);
        }

        private Epoch newest() {
            try (Archive archive = archive()) {
                return archive.newestEpoch().orElseThrow();
            }
        }

        private Archive archive() {
            return Archive.open(
                    new FolderObjects(folder.resolve("archive")), ArchiveKey.read(old.key()));
        }
    }
}
