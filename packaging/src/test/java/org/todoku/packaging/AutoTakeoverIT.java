package org.todoku.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.backup.objects.S3Server;
import org.todoku.backup.objects.StoreLocation;

/**
 * A standby that takes over by itself, in processes of their own, with each way between them one
 * that can be cut: it does so when the old host is silent, never when it is itself the one that is
 * cut off, and the old host that wakes after it confirms nothing.
 */
class AutoTakeoverIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    /** Of silence; the heartbeat comes every 30 s, but every write is a segment. */
    private static final int AFTER = 8;

    @TempDir Path folder;

    private final Host old;
    private final Host next;

    AutoTakeoverIT(@TempDir Path hosts) throws Exception {
        old = new Host(Files.createDirectories(hosts.resolve("old")));
        next = new Host(Files.createDirectories(hosts.resolve("next")));
    }

    @Test
    void takesOverFromAHostThatIsSilentAndNeverBesideOneThatIsNot() throws Exception {
        HttpServer outside =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 8);
        outside.createContext(
                "/",
                call -> {
                    call.sendResponseHeaders(204, -1);
                    call.close();
                });
        outside.start();
        try (MailServer relay = MailServer.start();
                S3Server s3 = S3Server.s3proxy(Files.createDirectories(folder.resolve("s3")));
                Cable oldToArchive = Cable.to(archivePort(s3));
                Cable nextToArchive = Cable.to(archivePort(s3));
                Cable nextToOld = Cable.to(old.httpPort);
                Cable nextToOutside = Cable.to(outside.getAddress().getPort())) {
            configure(old, s3, oldToArchive.port(), relay);
            configure(next, s3, nextToArchive.port(), relay);
            Path oldData = folder.resolve("old-data");
            old.setUp(oldData);
            Files.copy(old.key(), next.key());
            next.succeeds(old);
            try (Program writer = old.serve(oldData);
                    Program standby = standby(nextToOld.port(), nextToOutside.port());
                    Writing writing = new Writing(old, 2)) {
                await(() -> writing.count() > 20, "commits");

                // The standby alone is cut off: from the old host, the archive and the outside.
                nextToOld.cut();
                nextToArchive.cut();
                nextToOutside.cut();
                goesOn(writing);
                assertThat(standby.output()).doesNotContain("taking over");
                nextToArchive.mend();
                nextToOutside.mend();

                // It cannot reach the old host, which writes to the archive all the same.
                goesOn(writing);
                assertThat(standby.output()).doesNotContain("taking over");
                nextToOld.mend();

                // Stopped past every deadline, as a frozen machine.
                writer.signal("STOP");
                long begun = System.nanoTime();
                await(() -> accepts(next), "the standby serves");
                System.out.printf(
                        "figure: taken over %.1f s after the old host was stopped (%d s of silence"
                                + " asked)%n",
                        (System.nanoTime() - begun) / 1e9, AFTER);
                int acknowledged = writing.count();
                writer.signal("CONT");
                for (int i = 0; i < 20; i++) {
                    assertThat(accepts(old)).as("write %d after it woke", i).isFalse();
                }
                assertThat(writing.count()).as("acknowledged by both").isEqualTo(acknowledged);
                assertThat(members(next)).containsAll(writing.stop());
                assertThat(standby.output()).contains("taking over");
            }
        } finally {
            outside.stop(0);
        }
    }

    /** Longer than the silence that is asked for; the old host confirms throughout. */
    private static void goesOn(Writing writing) {
        int before = writing.count();
        LockSupport.parkNanos(Duration.ofSeconds(AFTER + 6L).toNanos());
        assertThat(writing.count()).isGreaterThan(before);
    }

    private static int archivePort(S3Server s3) {
        return s3.location("a").endpoint().orElseThrow().getPort();
    }

    private static void configure(Host host, S3Server s3, int way, MailServer relay)
            throws Exception {
        host.environment.putAll(
                Map.of(
                        "AWS_ACCESS_KEY_ID", S3Server.ACCESS,
                        "AWS_SECRET_ACCESS_KEY", S3Server.SECRET));
        StoreLocation place = s3.location("a");
        StoreLocation cuttable =
                new StoreLocation(
                        place.url(),
                        Optional.of(URI.create("http://127.0.0.1:" + way)),
                        place.region(),
                        place.pathStyle());
        host.configure(Optional.of(cuttable), relay.port(), 100);
        String yaml = Files.readString(host.config());
        Files.writeString(host.config(), yaml + "volume: { force: local-and-archive }\n");
    }

    private Program standby(int toOld, int toOutside) throws Exception {
        List<String> words =
                List.of(
                        "standby",
                        "--data",
                        folder.resolve("next-data").toString(),
                        "--config",
                        next.config().toString(),
                        "--no-rehearsal",
                        "--auto-takeover",
                        "--after",
                        "" + AFTER,
                        "--old",
                        "http://127.0.0.1:" + toOld + "/health/live",
                        "--witness",
                        "http://127.0.0.1:" + toOutside + "/");
        return Program.start(
                next.environment,
                "ready as a standby",
                "todoku-migrate",
                words.toArray(String[]::new));
    }

    private static boolean accepts(Host host) {
        try {
            return host.post("/api/v1/members", "{\"name\":\"新しい会員\"}").has("id");
        } catch (Exception e) {
            return false;
        }
    }

    private static Set<String> members(Host host) throws Exception {
        Set<String> ids = new HashSet<>();
        String page = "";
        do {
            var answer = host.get("/api/v1/members" + (page.isEmpty() ? "" : "?page=" + page));
            answer.get("items").forEach(item -> ids.add(item.get("id").asText()));
            page = answer.path("next").asText("");
        } while (!page.isEmpty() && !page.equals("null"));
        return ids;
    }

    private static void await(BooleanSupplier condition, String what) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            LockSupport.parkNanos(50_000_000);
        }
    }
}
