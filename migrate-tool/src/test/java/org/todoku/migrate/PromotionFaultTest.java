package org.todoku.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
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
import org.todoku.backup.archive.Epoch;
import org.todoku.backup.objects.FolderObjects;
import org.todoku.backup.restore.NodeFile;

/**
 * A standby that is killed or held up at each step of its promotion, the stopped one that a command
 * promotes and the running one; the table is {@code target/faults-promotion.txt}.
 */
class PromotionFaultTest {
    private static final Map<String, String> PLACES = new LinkedHashMap<>();

    static {
        for (String step : List.of("seal", "claim", "promote")) {
            PLACES.put(step + " begins", FaultTable.begins(step));
            PLACES.put(step + " is done", FaultTable.done(step));
        }
    }

    private static final FaultTable TABLE = new FaultTable("promotion", PLACES.keySet());

    @TempDir static Path root;
    private static SampleService old;

    /** A host that is lost, and a standby of it that had stopped before the last commits. */
    @BeforeAll
    static void loseAHost() throws Exception {
        old = new SampleService(root.resolve("old"), "local-and-archive").setUp();
        try (Child server = old.serve()) {
            old.addMembers("early", SampleService.MEMBERS / 2);
            SampleService standby = old.next(root.resolve("standby"));
            try (Child child =
                    Child.start(
                            standby.folder,
                            Main.class,
                            "standby",
                            "--data",
                            standby.data().toString(),
                            "--config",
                            standby.config().toString(),
                            "--no-rehearsal")) {
                child.await("ready as a standby");
                child.signal("TERM");
                assertThat(child.status()).isNotNegative();
            }
            old.addMembers("late", SampleService.MEMBERS / 2);
            server.signal("KILL");
            server.status();
        }
    }

    @AfterAll
    static void writeTable() throws Exception {
        TABLE.write();
    }

    @Test
    void aStoppedStandbyGoesOnAfterSigkill() throws Exception {
        FaultTable.each(
                PLACES.keySet(),
                place -> {
                    Cell cell = new Cell("kill", place);
                    try (Child child = cell.halted("KILL", cell.takeover())) {
                        assertThat(child.status()).as(place + child.errors()).isEqualTo(137);
                    }
                    Command again = Command.run(cell.takeover());
                    assertThat(again.status()).as(place + again).isZero();
                    cell.assertMoved();
                    TABLE.put(place, "stopped standby, SIGKILL", "moved when run again");
                });
    }

    @Test
    void aStoppedStandbyGoesOnAfterSigstop() throws Exception {
        FaultTable.each(
                PLACES.keySet(),
                place -> {
                    Cell cell = new Cell("stop", place);
                    try (Child child = cell.halted("STOP", cell.takeover())) {
                        Child.await(child::isStopped, "SIGSTOP");
                        child.signal("CONT");
                        assertThat(child.status()).as(place + child.errors()).isZero();
                    }
                    cell.assertMoved();
                    TABLE.put(place, "stopped standby, SIGSTOP", "moved");
                });
    }

    @Test
    void losesCleanlyWhenAnotherTakesOverMeanwhile() throws Exception {
        FaultTable.each(
                FaultTable.ALL ? PLACES.keySet() : List.of("seal is done"),
                place -> {
                    Cell cell = new Cell("other", place);
                    Path other = cell.folder.resolve("other");
                    try (Child child = cell.halted("STOP", cell.takeover())) {
                        Child.await(child::isStopped, "SIGSTOP");
                        Command taken =
                                Command.run(
                                        "takeover",
                                        "--no-start",
                                        "--yes",
                                        "--data",
                                        other.toString(),
                                        "--config",
                                        cell.config().toString());
                        assertThat(taken.status()).as(place + taken).isZero();
                        child.signal("CONT");
                        int status = child.status();
                        boolean first =
                                List.of("seal begins", "seal is done", "claim begins")
                                        .contains(place);
                        if (status == 0) {
                            // Each has its epoch: the later one is the writer, the other is fenced.
                            assertThat(place).isNotEqualTo("seal is done");
                            TABLE.put(
                                    place, "SIGSTOP, another host, SIGCONT", "moved (one writer)");
                        } else {
                            assertThat(first).as(place + child.errors()).isTrue();
                            assertThat(status).as(place + child.errors()).isEqualTo(3);
                            TABLE.put(
                                    place,
                                    "SIGSTOP, another host, SIGCONT",
                                    FaultTable.reason(child.errors()));
                            assertThat(cell.newest().owner())
                                    .isEqualTo(NodeFile.read(other).orElseThrow().owner());
                        }
                    }
                });
    }

    /** The command that asked is told, and the same command goes on with what was left. */
    @Test
    void aRunningStandbyThatIsKilledIsPromotedByTheSameCommand() throws Exception {
        FaultTable.each(
                FaultTable.ALL ? PLACES.keySet() : List.of("claim is done"),
                place -> {
                    Cell cell = new Cell("running", place);
                    try (Child standby = cell.halted("KILL", cell.standby())) {
                        standby.await("{\"result\"");
                        Command asked = Command.run(cell.takeover());
                        assertThat(asked.status()).as(place + asked).isEqualTo(1);
                        assertThat(asked.err()).contains("did not answer", "it goes on");
                        assertThat(standby.status()).as(place).isEqualTo(137);
                    }
                    Command again = Command.run(cell.takeover());
                    assertThat(again.status()).as(place + again).isZero();
                    cell.assertMoved();
                    TABLE.put(place, "running standby, SIGKILL", "moved when run again");
                });
    }

    /** Between the end of the redo and the first start: the same command finds that it is done. */
    @Test
    void whatWasPromotedAndNeverServedIsStarted() throws Exception {
        Cell cell = new Cell("served", "promote is done");
        try (Child child = cell.halted("KILL", cell.takeover())) {
            assertThat(child.status()).as(child.errors()).isEqualTo(137);
        }
        String[] words = {"takeover", "--yes", "--data", cell.data().toString()};
        try (Child serving = Child.start(cell.folder, Main.class, words)) {
            serving.await("ready http");
            assertThat(cell.next.get("/api/v1/members?query=late")).contains("late 19");
            cell.next.addMembers("after", 1);
        }
    }

    /** One place and one fault, with an archive and a standby of its own. */
    private static final class Cell {
        final Path folder;
        final String place;
        final SampleService next;

        Cell(String fault, String place) throws Exception {
            this.folder = root.resolve(fault + "-" + place.replaceAll("\\W+", "-"));
            this.place = place;
            SampleService.copy(old.folder.resolve("archive"), folder.resolve("archive"));
            SampleService.copy(root.resolve("standby/data"), folder.resolve("data"));
            Files.copy(old.key(), folder.resolve("archive.key"));
            this.next = new SampleService(folder, "local-and-archive");
            next.useToken(old.token());
            next.configure("300ms");
            Files.writeString(data().resolve("standby.config"), config() + "\n");
        }

        Path data() {
            return folder.resolve("data");
        }

        Path config() {
            return next.config();
        }

        String[] takeover() {
            return new String[] {
                "takeover", "--json", "--no-start", "--yes", "--data", data().toString()
            };
        }

        String[] standby() {
            return new String[] {
                "standby",
                "--json",
                "--no-rehearsal",
                "--data",
                data().toString(),
                "--config",
                config().toString()
            };
        }

        Child halted(String signal, String... words) throws Exception {
            String[] all = new String[words.length + 2];
            all[0] = signal;
            all[1] = PLACES.get(place);
            System.arraycopy(words, 0, all, 2, words.length);
            return Child.start(folder, HaltedCommand.class, all);
        }

        /** The directory is the archive's writer, and has all that the old host had confirmed. */
        void assertMoved() {
            assertThat(NodeFile.read(data()).orElseThrow().owner())
                    .as(place)
                    .isEqualTo(newest().owner());
            assertThat(RestoredCheck.run(data()).facts())
                    .as(place)
                    .containsEntry("members", (long) SampleService.MEMBERS)
                    .containsEntry("broken", List.of());
        }

        Epoch newest() {
            var store = new FolderObjects(folder.resolve("archive"));
            try (Archive archive = Archive.open(store, ArchiveKey.read(old.key()))) {
                return archive.newestEpoch().orElseThrow();
            }
        }
    }
}
