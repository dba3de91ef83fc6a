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

/**
 * A drill that is killed, told to end or held up at its steps, beside a server: whatever becomes of
 * it, the service is as before; the table is {@code target/faults-drill.txt}. Some places here, all
 * with {@code -Dtodoku.faults=all}.
 */
class DrillFaultTest {
    private static final Map<String, String> PLACES = new LinkedHashMap<>();

    static {
        for (String step : List.of("room", "restore", "check", "judge")) {
            PLACES.put(step + " begins", FaultTable.begins(step));
            PLACES.put(step + " is done", FaultTable.done(step));
        }
    }

    private static final FaultTable TABLE = new FaultTable("drill", PLACES.keySet());

    @TempDir static Path root;
    private static SampleService service;

    @BeforeAll
    static void setUp() throws Exception {
        service = new SampleService(root.resolve("host"), "local-and-archive").setUp();
    }

    @AfterAll
    static void writeTable() throws Exception {
        TABLE.write();
    }

    @Test
    void theServiceIsAsBeforeWhateverBecomesOfADrill() throws Exception {
        try (Child server = service.serve()) {
            service.addMembers("a", SampleService.MEMBERS);
            for (String place :
                    FaultTable.ALL
                            ? PLACES.keySet()
                            : List.of("restore is done", "check begins", "judge is done")) {
                killed(place);
                stopped(place);
                if (FaultTable.ALL || place.equals("check begins")) {
                    ended(place);
                }
            }
            // What it commits now is shipped: it is the writer still.
            service.addMembers("b", 1);
            assertThat(server.isAlive()).isTrue();
        }
    }

    /** Without a folder of the operator's own: the next drill deletes what the killed one left. */
    @Test
    void whatAKilledDrillLeftIsGoneAfterTheNext() throws Exception {
        try (Child server = service.serve()) {
            Path temporary = Files.createDirectories(root.resolve("tmp"));
            List<String> options = List.of("-Djava.io.tmpdir=" + temporary);
            String[] drill = {"drill", "--json", "--config", service.config().toString()};
            String[] halted = new String[drill.length + 2];
            halted[0] = "KILL";
            halted[1] = PLACES.get("check begins");
            System.arraycopy(drill, 0, halted, 2, drill.length);
            Path errors = Files.createDirectories(root.resolve("errors"));
            try (Child child = Child.start(errors, options, HaltedCommand.class, halted)) {
                assertThat(child.status()).as(child.errors()).isEqualTo(137);
            }
            assertThat(drills(temporary)).as("members' data").hasSize(1);
            try (Child child = Child.start(errors, options, Main.class, drill)) {
                assertThat(child.status()).as(child.errors()).isZero();
            }
            assertThat(drills(temporary)).isEmpty();
            assertThat(server.isAlive()).isTrue();
        }
    }

    private static List<Path> drills(Path temporary) throws Exception {
        try (var found = Files.list(temporary)) {
            return found.filter(p -> p.getFileName().toString().startsWith("todoku-drill"))
                    .toList();
        }
    }

    /** What it leaves behind is not taken for an empty place; another place passes. */
    private static void killed(String place) throws Exception {
        Path scratch = root.resolve("kill-" + place.replace(' ', '-'));
        try (Child child = halted("KILL", place, scratch)) {
            assertThat(child.status()).as(place + child.errors()).isEqualTo(137);
        }
        assertUntouched(place);
        Command same = Command.run(words(scratch));
        assertThat(same.status()).as(place + same).isEqualTo(3);
        TABLE.put(place, "SIGKILL, run again there", FaultTable.reason(same.err()));
        Command again = Command.run(words(root.resolve("again-" + place.replace(' ', '-'))));
        assertThat(again.status()).as(place + again).isZero();
        TABLE.put(place, "SIGKILL, run again elsewhere", "as before, and the drill passed");
    }

    private static void stopped(String place) throws Exception {
        Path scratch = root.resolve("stop-" + place.replace(' ', '-'));
        try (Child child = halted("STOP", place, scratch)) {
            Child.await(child::isStopped, "SIGSTOP");
            assertUntouched(place);
            child.signal("CONT");
            assertThat(child.status()).as(place + child.errors()).isZero();
        }
        assertThat(scratch).as("nothing of the members' data stays").doesNotExist();
        TABLE.put(place, "SIGSTOP, SIGCONT", "as before, and the drill passed");
    }

    private static void ended(String place) throws Exception {
        Path scratch = root.resolve("term-" + place.replace(' ', '-'));
        try (Child child = halted("TERM", place, scratch)) {
            TABLE.put(place, "SIGTERM", "as before (exit " + child.status() + ")");
        }
        assertUntouched(place);
    }

    private static void assertUntouched(String place) throws Exception {
        Command status = Command.run("status", "--json", "--config", service.config().toString());
        assertThat(status.out()).as(place).contains("\"epoch\":2");
        assertThat(service.get("/api/v1/system")).as(place).contains("\"state\":\"writer\"");
    }

    private static Child halted(String signal, String place, Path scratch) throws Exception {
        List<String> all = new ArrayList<>(List.of(signal, PLACES.get(place)));
        all.addAll(List.of(words(scratch)));
        Path folder = Files.createDirectories(root.resolve("errors"));
        return Child.start(folder, HaltedCommand.class, all.toArray(String[]::new));
    }

    private static String[] words(Path scratch) {
        return new String[] {
            "drill",
            "--json",
            "--scratch",
            scratch.toString(),
            "--config",
            service.config().toString()
        };
    }
}
