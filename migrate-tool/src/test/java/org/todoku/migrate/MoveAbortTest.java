package org.todoku.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A move whose process is killed at each step before the claim, and {@code --abort} after it: the
 * old host is as before. The same old host goes through all of them.
 */
class MoveAbortTest {
    private static final Map<String, String> PLACES = new LinkedHashMap<>();

    static {
        for (String step : new String[] {"configuration", "copy", "rehearsal"}) {
            PLACES.put(
                    step + " begins",
                    "\"step\":\"%s\",\"state\":\"running\",\"percent\":0".formatted(step));
        }
        for (String step : new String[] {"rehearsal", "follow", "pause", "hold"}) {
            PLACES.put(step + " is done", "\"step\":\"%s\",\"state\":\"done\"".formatted(step));
        }
    }

    @TempDir Path root;

    @Test
    void theOldHostIsAsBeforeWhereverTheMoveWasKilled() throws Exception {
        SampleService old = new SampleService(root.resolve("old"), "local-or-archive").setUp();
        Files.writeString(root.resolve("token"), old.token() + "\n");
        try (Child server = old.serve()) {
            JsonNode before = system(old);
            int written = 0;
            for (String place : PLACES.keySet()) {
                Path data = root.resolve(place.replaceAll("\\W+", "-"));
                try (Child child =
                        Child.start(
                                root,
                                HaltedCommand.class,
                                words(old, "KILL", PLACES.get(place), data))) {
                    assertThat(child.status()).as(place + child.errors()).isEqualTo(137);
                }
                Command aborted = Command.run(words(old, "--abort", data));
                assertThat(aborted.status()).as(place + aborted).isZero();
                long begun = System.nanoTime();
                old.post("/api/v1/members", "application/json", "{\"name\":\"会員\"}");
                written++;
                System.out.printf(
                        "figure: move killed, %s; aborted: a write took %d ms%n",
                        place, (System.nanoTime() - begun) / 1_000_000);
                assertThat(system(old).get("epoch")).as(place).isEqualTo(before.get("epoch"));
                assertThat(system(old).get("archive").get("state").asText()).isEqualTo("writer");
            }
            JsonNode members = new JsonMapper().readTree(old.get("/api/v1/members"));
            assertThat(members.get("items")).hasSize(written);
            assertThat(server.isAlive()).isTrue();
        }
    }

    private static JsonNode system(SampleService old) throws Exception {
        return new JsonMapper().readTree(old.get("/api/v1/system"));
    }

    private String[] words(SampleService old, String signal, String line, Path data) {
        String[] move = words(old, "--json", data);
        String[] all = new String[move.length + 2];
        all[0] = signal;
        all[1] = line;
        System.arraycopy(move, 0, all, 2, move.length);
        return all;
    }

    private String[] words(SampleService old, String more, Path data) {
        return new String[] {
            "move",
            more,
            "--from",
            "http://127.0.0.1:" + old.port(),
            "--token-file",
            root.resolve("token").toString(),
            "--data",
            data.toString()
        };
    }
}
