package org.todoku.appliance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.backup.bench.FrozenFileSystem;

/** A disk that really hangs under a whole server: who looks is told, and work goes on. */
class StallVisibilityTest {
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    @TempDir Path folder;
    private final AtomicBoolean stopped = new AtomicBoolean();

    @Test
    void apiMetricsAndConsoleTellOfAStallWithoutAReload() throws Exception {
        try (FrozenFileSystem disk = mount(folder.resolve("data"))) {
            RunningAppliance server =
                    RunningAppliance.archived(folder.resolve("data/todoku"), folder.resolve("a"));
            Thread writer = Thread.ofPlatform().start(() -> write(server));
            try {
                String banner = server.console("/console/banner").body();
                assertThat(banner).doesNotContain("data-notice");
                assertThat(server.console("/console/").body())
                        .contains("data-refresh=\"/console/banner\"");
                disk.freeze(Duration.ofMinutes(1));
                long frozen = System.nanoTime();
                Map<String, Long> seen = new TreeMap<>();
                seen.put("console", seen(frozen, () -> server.console("/console/banner"), STALL));
                seen.put("api", seen(frozen, () -> server.get("/api/v1/system"), API));
                seen.put("metrics", seen(frozen, () -> server.get("/metrics"), METRICS));
                seen.forEach(
                        (where, millis) ->
                                System.err.printf(
                                        "figure: stall: shown by %s after %d ms%n", where, millis));
                assertThat(server.console("/console/").body()).contains("banner.stalled\"");
                assertThat(server.get("/api/v1/system").body()).contains("has not answered for");
                // The file system is frozen above the device: that is not the device's doing.
                assertThat(server.get("/api/v1/system").body()).contains("\"verdict\":\"idle\"");
                assertThat(server.console("/console/system").body())
                        .containsAnyOf("処理待ちの要求はありません", "No requests in flight");
                assertThat(server.get("/metrics").body())
                        .contains("todoku_storage_device_in_flight{device=\"loop");
                assertThat(server.post("/api/v1/members", member("in the stall")).statusCode())
                        .isEqualTo(201);
                disk.thaw();
                long thawed = System.nanoTime();
                seen(thawed, () -> server.console("/console/banner"), "");
                seen(thawed, () -> server.get("/api/v1/system"), "\"normal\"");
            } finally {
                disk.thaw();
                stopped.set(true);
                writer.join();
                server.close();
            }
        }
    }

    private static final String STALL = "banner.stalled\"";
    private static final String API = "\"stalled\"";
    private static final String METRICS = "todoku_storage_state{state=\"stalled\"} 1";

    private void write(RunningAppliance server) {
        for (int i = 0; !stopped.get(); i++) {
            server.post("/api/v1/members", member("number " + i));
        }
    }

    private static String member(String name) {
        return "{\"name\":\"" + name + "\"}";
    }

    /** After how many milliseconds it is seen. */
    private static long seen(long since, Supplier<HttpResponse<String>> page, String wanted) {
        String last = "";
        while (System.nanoTime() - since < PATIENCE.toNanos()) {
            HttpResponse<String> answer = page.get();
            last = answer.body();
            if (answer.statusCode() == 200 && shows(last, wanted)) {
                return (System.nanoTime() - since) / 1_000_000;
            }
            java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
        }
        throw new AssertionError("not seen within " + PATIENCE + ": " + last);
    }

    /** An empty text is shown by a page that says nothing. */
    private static boolean shows(String page, String wanted) {
        return wanted.isEmpty() ? page.isBlank() : page.contains(wanted);
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
