package org.todoku.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A standby that was stopped is still worth what it has. */
class StoppedStandbyTest {
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir Path folder;

    @Test
    void aTakeoverUsesWhatAStoppedStandbyHas() throws Exception {
        SampleService old = new SampleService(folder.resolve("old"), "local-and-archive").setUp();
        SampleService next = old.next(folder.resolve("next"));
        try (Child server = old.serve()) {
            old.addMembers("early", 10);
            stand(next);
            old.addMembers("late", 10);
            assertThat(server.isAlive()).isTrue();
        }
        Command dry = Command.run("takeover", "--data", next.data().toString(), "--dry-run");
        assertThat(dry.out()).contains("would promote the standby");
        long begun = System.nanoTime();
        try (Child serving =
                Child.start(
                        next.folder,
                        Main.class,
                        "takeover",
                        "--data",
                        next.data().toString(),
                        "--yes")) {
            serving.await("ready http");
            System.out.printf(
                    "figure: takeover with a stopped standby: command to ready %.2f s%n",
                    (System.nanoTime() - begun) / 1e9);
            assertThat(next.get("/api/v1/members?query=early")).contains("early 9");
            assertThat(next.get("/api/v1/members?query=late")).contains("late 9");
            next.addMembers("after", 1);
            JsonNode system = JSON.readTree(next.get("/api/v1/system"));
            assertThat(system.path("archive").path("state").asText()).isEqualTo("writer");
        }
    }

    @Test
    void leavesStartingToThePersonWhoAskedForThat() throws Exception {
        SampleService old = new SampleService(folder.resolve("old"), "local-and-archive").setUp();
        SampleService next = old.next(folder.resolve("next"));
        try (Child server = old.serve()) {
            old.addMembers("early", 10);
            stand(next);
            assertThat(server.isAlive()).isTrue();
        }
        Command taken =
                Command.run("takeover", "--data", next.data().toString(), "--no-start", "--yes");
        assertThat(taken.status()).as(taken.err()).isZero();
        assertThat(taken.out()).contains("from what the stopped standby had", "start it with");
        try (Child server = next.serve()) {
            assertThat(next.get("/api/v1/members?query=early")).contains("early 9");
            assertThat(server.isAlive()).isTrue();
        }
    }

    private static void stand(SampleService next) throws Exception {
        try (Child standby =
                Child.start(
                        next.folder,
                        Main.class,
                        "standby",
                        "--data",
                        next.data().toString(),
                        "--config",
                        next.config().toString(),
                        "--no-rehearsal")) {
            standby.await("ready as a standby");
            standby.signal("TERM");
            assertThat(standby.status()).isNotNegative();
        }
    }
}
