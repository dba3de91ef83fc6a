package org.todoku.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.migrate.runbook.Journal;

/**
 * A move that is killed, held up or told to end at its steps, in real processes, with a write to
 * the old host meanwhile that must be there afterwards; the table is {@code
 * target/faults-move.txt}. Some places here, all with {@code -Dtodoku.faults=all}.
 */
class MoveFaultTest {
    private static final Map<String, String> PLACES = new LinkedHashMap<>();

    static {
        for (String step :
                List.of(
                        "configuration",
                        "copy",
                        "rehearsal",
                        "follow",
                        "pause",
                        "hold",
                        "claim",
                        "serve",
                        "forward",
                        "dns",
                        "look",
                        "hooks")) {
            PLACES.put(step + " begins", FaultTable.begins(step));
            PLACES.put(step + " is done", FaultTable.done(step));
        }
    }

    private static final FaultTable TABLE = new FaultTable("move", PLACES.keySet());

    /** Longer than the old host waits for a word. */
    private static final Duration PAST_EVERY_DEADLINE = Duration.ofSeconds(18);

    @TempDir static Path root;
    private static SampleService template;

    @BeforeAll
    static void setUp() throws Exception {
        template = new SampleService(root.resolve("template"), "local-or-archive").setUp();
    }

    @AfterAll
    static void writeTable() throws Exception {
        TABLE.write();
    }

    @Test
    void goesOnAfterSigkill() throws Exception {
        FaultTable.each(
                some("hold is done", "claim begins", "claim is done", "forward begins"),
                place -> {
                    Cell cell = new Cell("kill", place);
                    try (Child server = cell.old.serve()) {
                        try (Child child = cell.halted("KILL")) {
                            assertThat(child.status()).as(place + child.errors()).isEqualTo(137);
                        }
                        cell.moveAgain();
                        assertThat(server.isAlive()).isTrue();
                    }
                    TABLE.put(place, "SIGKILL", "moved when run again");
                });
    }

    @Test
    void undoesOrGoesOnAfterSigterm() throws Exception {
        FaultTable.each(
                some("hold begins", "claim is done", "hooks is done"),
                place -> {
                    Cell cell = new Cell("term", place);
                    try (Child server = cell.old.serve()) {
                        int status;
                        try (Child child = cell.halted("TERM")) {
                            status = child.status();
                        }
                        if (cell.isAsBefore()) {
                            cell.write("after");
                            assertThat(cell.members(cell.old)).isEqualTo(1);
                            TABLE.put(place, "SIGTERM", "as before (exit " + status + ")");
                        } else if (Journal.isDone(Move.journal(cell.next.data()))) {
                            cell.startsAgain();
                            TABLE.put(place, "SIGTERM", "moved; run again it says so");
                        } else {
                            cell.moveAgain();
                            TABLE.put(place, "SIGTERM", "moved when run again");
                        }
                        assertThat(server.isAlive()).isTrue();
                    }
                });
    }

    /** The last moment before the claim: the writers wait already. */
    @Test
    void ctrlCIsAnAbort() throws Exception {
        Assumptions.assumeFalse(
                ignoresInterrupts(), "SKIPPED: this was started with SIGINT ignored");
        String place = "hold is done";
        Cell cell = new Cell("int", place);
        try (Child server = cell.old.serve();
                Child child = cell.halted("INT")) {
            assertThat(child.status()).as(child.errors()).isEqualTo(130);
            assertThat(cell.isAsBefore()).as(cell.status() + child.errors()).isTrue();
            cell.write("after");
            assertThat(cell.members(cell.old)).isEqualTo(1);
            TABLE.put(place, "SIGINT", "as before (exit 130)");
            assertThat(server.isAlive()).isTrue();
        }
    }

    /** A shell ignores it for what it runs in the background, and children inherit that. */
    private static boolean ignoresInterrupts() throws Exception {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("SigIgn:")) {
                return (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 2) != 0;
            }
        }
        return false;
    }

    /**
     * As a machine that is paused in the middle of a move, and wakes when the old host has gone on.
     */
    @Test
    void goesOnAfterSigstopPastEveryDeadline() throws Exception {
        FaultTable.each(
                some("hold is done"),
                place -> {
                    Cell cell = new Cell("stop", place);
                    cell.old.configure("5s");
                    try (Child server = cell.old.serve();
                            Child child = cell.halted("STOP")) {
                        Child.await(child::isStopped, "SIGSTOP");
                        LockSupport.parkNanos(PAST_EVERY_DEADLINE.toNanos());
                        boolean claimed = !cell.isAsBefore();
                        if (!claimed) {
                            // It lives. The second write comes into the archive seconds later.
                            cell.write("meanwhile");
                            cell.write("again");
                        }
                        child.signal("CONT");
                        child.await("{\"result\"");
                        child.await("{\"step\":\"serve\",\"state\":\"note\"");
                        assertThat(cell.members(cell.next)).as(place).isEqualTo(claimed ? 0 : 2);
                        TABLE.put(place, "SIGSTOP for 18 s", "moved");
                        assertThat(server.isAlive()).isTrue();
                    }
                });
    }

    private static List<String> some(String... few) {
        return FaultTable.ALL ? List.copyOf(PLACES.keySet()) : List.of(few);
    }

    /** One place and one fault, with an old host and an archive of its own. */
    private static final class Cell {
        final Path folder;
        final String place;
        final SampleService old;
        final SampleService next;
        final int before;
        private int written;

        Cell(String fault, String place) throws Exception {
            this.folder = root.resolve(fault + "-" + place.replaceAll("\\W+", "-"));
            this.place = place;
            SampleService.copy(template.folder, folder.resolve("old"));
            old = new SampleService(folder.resolve("old"), "local-or-archive");
            old.useToken(template.token());
            old.configure("300ms");
            next = old.next(folder.resolve("next"));
            Files.copy(old.key(), next.key());
            Files.writeString(folder.resolve("token"), old.token() + "\n");
            before = 2;
        }

        Child halted(String signal) throws Exception {
            List<String> words = new ArrayList<>(List.of(signal, PLACES.get(place)));
            words.addAll(words());
            return Child.start(folder, HaltedCommand.class, words.toArray(String[]::new));
        }

        private List<String> words() {
            return List.of(
                    "move",
                    "--json",
                    "--from",
                    "http://127.0.0.1:" + old.port(),
                    "--token-file",
                    folder.resolve("token").toString(),
                    "--data",
                    next.data().toString(),
                    "--config",
                    next.config().toString());
        }

        /** What the old host takes before it, and what the new one does after. */
        void moveAgain() throws Exception {
            boolean claimed = !isAsBefore();
            if (!claimed) {
                write("between");
            }
            try (Child again = Child.start(folder, Main.class, words().toArray(String[]::new))) {
                again.await("{\"result\"");
                again.await("{\"step\":\"serve\",\"state\":\"note\"");
                next.addMembers("after", 1);
                assertThat(members(next)).as(place).isEqualTo(written + 1);
                assertThat(members(old)).as("sent on: " + place).isEqualTo(written + 1);
            }
        }

        /** All was done before the signal came. */
        void startsAgain() throws Exception {
            Command again = Command.run(words().toArray(String[]::new));
            assertThat(again.status()).as(again.toString()).isEqualTo(3);
            assertThat(again.err()).contains("already", "todoku serve");
            try (Child server = next.serve()) {
                next.addMembers("after", 1);
                assertThat(members(old)).as("sent on: " + place).isEqualTo(1);
                assertThat(server.isAlive()).isTrue();
            }
        }

        void write(String name) throws Exception {
            old.addMembers(name, 1);
            written++;
        }

        private Command status() {
            return Command.run("status", "--json", "--config", old.config().toString());
        }

        boolean isAsBefore() throws Exception {
            Command status = status();
            JsonNode facts = new JsonMapper().readTree(status.out()).path("result");
            return facts.path("epoch").asInt() == before;
        }

        int members(SampleService service) throws Exception {
            return new JsonMapper().readTree(service.get("/api/v1/members")).get("items").size();
        }
    }
}
