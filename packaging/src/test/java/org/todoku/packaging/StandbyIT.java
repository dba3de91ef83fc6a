package org.todoku.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.backup.objects.StoreLocation;

/** A standby in a process of its own, and the service after its host was killed. */
class StandbyIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir Path folder;

    @Test
    void aWarmStandbyServesAfterOneCommand() throws Exception {
        StoreLocation archive = StoreLocation.of(folder.resolve("archive").toUri().toString());
        try (MailServer relay = MailServer.start()) {
            Host old = new Host(folder.resolve("old"));
            old.configure(Optional.of(archive), relay.port(), 100);
            everySecond(old);
            Path oldData = folder.resolve("old-data");
            old.setUp(oldData);
            Host next = new Host(folder.resolve("next"));
            next.configure(Optional.of(archive), relay.port(), 100);
            Files.copy(old.key(), next.key());
            next.succeeds(old);
            Path data = folder.resolve("next-data");
            int port = Program.freePort();
            try (Program writer = old.serve(oldData);
                    Program standby = standby(next, data, port)) {
                for (int i = 0; i < 200; i++) {
                    old.post("/api/v1/members", "{\"name\":\"会員 %d\"}".formatted(i));
                    LockSupport.parkNanos(50_000_000);
                }
                await(() -> archived(old), "everything is in the archive");
                await(() -> state(port).get("ready").asBoolean(), "the standby is ready");
                System.out.printf("figure: standby from the bucket: %s%n", state(port));
                writer.kill();
                long begun = System.nanoTime();
                var takeover = CompletableFuture.supplyAsync(() -> takeOver(next, data));
                await(() -> accepts(next), "the new host takes a write");
                System.out.printf(
                        "figure: takeover with a warm standby: command to first accepted write"
                                + " %.2f s%n",
                        (System.nanoTime() - begun) / 1e9);
                Program.Result result = takeover.get();
                assertThat(result.status()).as(result.toString()).isZero();
                System.out.println(result.out().strip());
                System.out.println(standby.output().strip());
                assertThat(members(next)).isGreaterThanOrEqualTo(201);
            }
        }
    }

    /** Its process is stopped for as long as it takes, as a frozen virtual machine, and wakes. */
    @Test
    void aHostThatWakesAfterATakeoverConfirmsNothing() throws Exception {
        StoreLocation archive = StoreLocation.of(folder.resolve("archive").toUri().toString());
        try (MailServer relay = MailServer.start()) {
            Host old = new Host(folder.resolve("old"));
            old.configure(Optional.of(archive), relay.port(), 100);
            both(old);
            Path oldData = folder.resolve("old-data");
            old.setUp(oldData);
            Host next = new Host(folder.resolve("next"));
            next.configure(Optional.of(archive), relay.port(), 100);
            Files.copy(old.key(), next.key());
            next.succeeds(old);
            Path data = folder.resolve("next-data");
            int port = Program.freePort();
            try (Program writer = old.serve(oldData);
                    Program standby = standby(next, data, port)) {
                assertThat(accepts(old)).isTrue();
                await(() -> state(port).get("ready").asBoolean(), "the standby is ready");
                writer.signal("STOP");
                assertThat(takeOver(next, data).status()).isZero();
                assertThat(accepts(next)).isTrue();
                int before = members(next);
                writer.signal("CONT");
                for (int i = 0; i < 20; i++) {
                    assertThat(accepts(old)).as("write %d after it woke", i).isFalse();
                }
                assertThat(members(next)).isEqualTo(before);
                assertThat(standby.output()).contains("ready http");
            }
        }
    }

    /**
     * A commit is confirmed only when it is in the archive: what the fence then promises is all.
     */
    private static void both(Host host) throws Exception {
        String yaml = Files.readString(host.config());
        Files.writeString(host.config(), yaml + "volume: { force: local-and-archive }\n");
    }

    private static Program standby(Host host, Path data, int port) throws Exception {
        return Program.start(
                host.environment,
                "ready as a standby",
                "todoku-migrate",
                "standby",
                "--data",
                data.toString(),
                "--config",
                host.config().toString(),
                "--listen",
                "" + port);
    }

    private static Program.Result takeOver(Host host, Path data) {
        try {
            return Program.run(
                    host.environment,
                    "todoku-migrate",
                    "takeover",
                    "--yes",
                    "--data",
                    data.toString());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void everySecond(Host host) throws Exception {
        String yaml = Files.readString(host.config());
        Files.writeString(host.config(), yaml.replace("ship-interval: 3s", "ship-interval: 1s"));
    }

    private static boolean accepts(Host host) {
        try {
            return host.post("/api/v1/members", "{\"name\":\"新しい会員\"}").has("id");
        } catch (Exception e) {
            return false;
        }
    }

    private static boolean archived(Host host) {
        try {
            return host.get("/api/v1/system").get("archive").get("lagBytes").asLong() == 0;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static int members(Host host) throws Exception {
        int count = 0;
        String page = "";
        do {
            JsonNode answer = host.get("/api/v1/members" + (page.isEmpty() ? "" : "?page=" + page));
            count += answer.get("items").size();
            page = answer.path("next").asText("");
        } while (!page.isEmpty() && !page.equals("null"));
        return count;
    }

    private static JsonNode state(int port) {
        try (HttpClient client = HttpClient.newHttpClient()) {
            URI page = URI.create("http://127.0.0.1:" + port + "/");
            String body =
                    client.send(
                                    HttpRequest.newBuilder(page).GET().build(),
                                    HttpResponse.BodyHandlers.ofString())
                            .body();
            return new JsonMapper().readTree(body);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void await(BooleanSupplier condition, String what) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            LockSupport.parkNanos(10_000_000);
        }
    }
}
