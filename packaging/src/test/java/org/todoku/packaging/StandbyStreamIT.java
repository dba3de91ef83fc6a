package org.todoku.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.backup.bench.FrozenFileSystem;
import org.todoku.backup.objects.S3Server;
import org.todoku.backup.objects.StoreLocation;

/** A standby that the server itself feeds: real processes, real cuts, a disk that really hangs. */
class StandbyStreamIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir Path folder;

    private MailServer relay;
    private Host old;
    private Host next;
    private Path oldData;
    private Path data;
    private int port;

    @BeforeEach
    void begin() throws Exception {
        relay = MailServer.start();
        old = new Host(folder.resolve("old"));
        next = new Host(folder.resolve("next"));
        oldData = folder.resolve("old-data");
        data = folder.resolve("next-data");
        port = Program.freePort();
    }

    @AfterEach
    void end() {
        relay.close();
    }

    @Test
    void isFedAtOnceAndComesBackAfterEachFault() throws Exception {
        inAFolder("", "1s");
        old.setUp(oldData);
        Program standby;
        Set<String> acknowledged = new HashSet<>();
        try (Cable cable = Cable.to(old.httpPort)) {
            Program writer = old.serve(oldData);
            standby = standby(cable.port());
            try {
                await(this::isFed, "it is fed");
                try (Writing writing = new Writing(old, 8)) {
                    await(() -> writing.count() > 300, "it is warm");
                    int before = writing.count();
                    long begun = System.nanoTime();
                    rest(Duration.ofSeconds(10));
                    double rate = (writing.count() - before) / ((System.nanoTime() - begun) / 1e9);
                    JsonNode fed = standbys().get(0);
                    System.out.printf(
                            "figure: standby fed by the server at %.0f commits/s: on its disk and"
                                    + " back p50 %.1f ms, p99 %.1f ms%n",
                            rate, fed.get("lagP50Ms").asDouble(), fed.get("lagP99Ms").asDouble());
                    assertThat(restores()).isEqualTo(1);
                    cable.cut();
                    await(() -> state("source").equals("bucket"), "it follows the archive");
                    await(() -> !standbys().get(0).get("fed").asBoolean(), "the server says so");
                    cable.mend();
                    await(this::isFed, "it is fed after a cut");
                    standby.kill();
                    standby = standby(cable.port());
                    await(this::isFed, "it is fed after its own death");
                    assertThat(restores()).isZero();
                    writer.kill();
                    writer = old.serve(oldData);
                    await(this::isFed, "it is fed after the death of the server");
                    assertThat(Program.run("todoku-migrate", base()).status()).isZero();
                    int since = writing.count();
                    await(() -> writing.count() > since + 100, "it goes on behind a new base");
                    standby.signal("STOP");
                    await(() -> !standbys().get(0).get("fed").asBoolean(), "it is missed");
                    int asleep = writing.count();
                    await(() -> writing.count() > asleep + 100, "nobody waits for it");
                    standby.signal("CONT");
                    await(this::isFed, "it is fed after a sleep");
                    acknowledged.addAll(writing.stop());
                }
                assertThat(restores()).isZero();
                // By local-or-archive the disk alone was enough for a commit.
                await(() -> archiveLag() == 0, "all is in the archive");
                writer.kill();
                assertThat(takeOver(next, data).status()).isZero();
                assertThat(members(next)).containsAll(acknowledged);
            } finally {
                standby.close();
                writer.close();
            }
        }
    }

    @Test
    void everyCommitIsOnItThoughTheDiskIsGoneAndTheArchiveFarBehind() throws Exception {
        inAFolder("volume: { force: local-and-standby }\n", "1h");
        old.setUp(oldData);
        Set<String> acknowledged;
        try (Program writer = old.serve(oldData);
                Program standby = standby(old.httpPort)) {
            await(this::isFed, "it is fed");
            try (Writing writing = new Writing(old, 4)) {
                await(() -> writing.count() > 1000, "many commits");
                assertThat(archiveLag()).isPositive();
                writer.kill();
                acknowledged = writing.stop();
            }
            delete(oldData);
            Program.Result result = takeOver(next, data);
            assertThat(result.status()).as(result.toString()).isZero();
            Set<String> there = members(next);
            System.out.printf(
                    "figure: local-and-standby, disk deleted, archive an hour behind: %d"
                            + " acknowledged, %d missing%n",
                    acknowledged.size(),
                    acknowledged.stream().filter(id -> !there.contains(id)).count());
            assertThat(there).containsAll(acknowledged);
            assertThat(standby.output()).contains("ready http");
        }
    }

    @Test
    void aTakeoverElsewhereWaitsForWhatOnlyItHas() throws Exception {
        inAFolder("volume: { force: local-and-standby }\n", "1h");
        old.setUp(oldData);
        Set<String> acknowledged;
        try (Program writer = old.serve(oldData)) {
            try (Program standby = standby(old.httpPort)) {
                await(this::isFed, "it is fed");
                try (Writing writing = new Writing(old, 4)) {
                    await(() -> writing.count() > 300, "many commits");
                    standby.kill();
                    writer.kill();
                    acknowledged = writing.stop();
                }
            }
        }
        delete(oldData);
        Host third = new Host(folder.resolve("third"));
        third.configure(archive(), relay.port(), 100);
        Files.copy(old.key(), third.key());
        third.succeeds(old);
        Path thirdData = folder.resolve("third-data");
        Program.Result refused = takeOverCold(third, thirdData);
        assertThat(refused.status()).as(refused.toString()).isEqualTo(3);
        assertThat(refused.err()).contains("--accept-loss");
        try (Program standby = standby(old.httpPort)) {
            Program.Result taken = takeOverCold(third, thirdData);
            assertThat(taken.status()).as(taken.toString()).isZero();
            try (Program serving = third.serve(thirdData)) {
                assertThat(members(third)).containsAll(acknowledged);
                assertThat(serving.output()).contains("ready");
            }
            assertThat(standby.output()).contains("ready as a standby");
        }
    }

    @Test
    void commitsGoOnWithItAloneWhileTheDiskIsFrozenAndTheArchiveAway() throws Exception {
        try (FrozenFileSystem disk = mount(oldData);
                S3Server s3 = S3Server.s3proxy(Files.createDirectories(folder.resolve("s3")));
                Cable way = Cable.to(s3.location("a").endpoint().orElseThrow().getPort())) {
            inS3(s3, way.port());
            oldData = oldData.resolve("data");
            old.setUp(oldData);
            Set<String> acknowledged;
            int before;
            int frozen;
            Program writer = old.serve(oldData);
            Program standby = standby(old.httpPort);
            try (Writing writing = new Writing(old, 4)) {
                await(this::isFed, "it is fed");
                await(() -> writing.count() > 200, "many commits");
                way.cut();
                disk.freeze(Duration.ofMinutes(2));
                rest(Duration.ofSeconds(1));
                before = writing.count();
                rest(Duration.ofSeconds(8));
                frozen = writing.count() - before;
                standby.kill();
                writer.signal("KILL");
                disk.thaw();
                writer.close();
                acknowledged = writing.stop();
            } finally {
                disk.thaw();
                standby.close();
                writer.close();
            }
            way.mend();
            assertThat(frozen).as("acknowledged while all else hung").isGreaterThan(50);
            try (Program again = standby(old.httpPort)) {
                Program.Result result = takeOver(next, data);
                assertThat(result.status()).as(result.toString()).isZero();
                Set<String> there = members(next);
                System.out.printf(
                        "figure: disk frozen and archive away for 8 s: %d commits on the standby"
                                + " alone; both killed, promoted: %d of %d missing%n",
                        frozen,
                        acknowledged.stream().filter(id -> !there.contains(id)).count(),
                        acknowledged.size());
                assertThat(there).containsAll(acknowledged);
                assertThat(again.output()).contains("ready http");
            }
        }
    }

    @Test
    void theOldDiskComesBackWithWhatOnlyTheStandbyHad() throws Exception {
        try (FrozenFileSystem disk = mount(oldData);
                S3Server s3 = S3Server.s3proxy(Files.createDirectories(folder.resolve("s3")));
                Cable way = Cable.to(s3.location("a").endpoint().orElseThrow().getPort())) {
            inS3(s3, way.port());
            oldData = oldData.resolve("data");
            old.setUp(oldData);
            Set<String> acknowledged;
            Program writer = old.serve(oldData);
            try (Program standby = standby(old.httpPort)) {
                try (Writing writing = new Writing(old, 4)) {
                    await(this::isFed, "it is fed");
                    await(() -> writing.count() > 200, "many commits");
                    way.cut();
                    disk.freeze(Duration.ofMinutes(2));
                    rest(Duration.ofSeconds(1));
                    int before = writing.count();
                    await(() -> writing.count() > before + 50, "commits on the standby alone");
                    writer.signal("KILL");
                    disk.thaw();
                    writer.close();
                    acknowledged = writing.stop();
                } finally {
                    disk.thaw();
                    writer.close();
                }
                way.mend();
                try (Program again = old.serve(oldData)) {
                    assertThat(members(old)).containsAll(acknowledged);
                    await(this::isFed, "it is fed again");
                    assertThat(restores()).isEqualTo(1);
                    assertThat(again.output()).contains("ready");
                }
                assertThat(standby.output()).contains("ready as a standby");
            }
        }
    }

    /** Skips the test aloud where that cannot be done. */
    private static FrozenFileSystem mount(Path place) {
        try {
            return FrozenFileSystem.mount(place);
        } catch (IOException e) {
            System.err.println("SKIPPED: " + e.getMessage());
            return Assumptions.abort(e.getMessage());
        }
    }

    private Optional<StoreLocation> archive() {
        return Optional.of(StoreLocation.of(folder.resolve("archive").toUri().toString()));
    }

    private void inAFolder(String more, String interval) throws Exception {
        for (Host host : List.of(old, next)) {
            host.configure(archive(), relay.port(), 100);
            String yaml = Files.readString(host.config());
            Files.writeString(
                    host.config(),
                    yaml.replace("ship-interval: 3s", "ship-interval: " + interval) + more);
        }
        // The set-up makes the key; the standby's host has it from the kit.
        next.succeeds(old);
    }

    /** The old host reaches it by a way that can be cut; the standby goes its own. */
    private void inS3(S3Server s3, int way) throws Exception {
        for (Host host : List.of(old, next)) {
            host.environment.putAll(
                    Map.of(
                            "AWS_ACCESS_KEY_ID", S3Server.ACCESS,
                            "AWS_SECRET_ACCESS_KEY", S3Server.SECRET));
        }
        StoreLocation place = s3.location("a");
        StoreLocation cuttable =
                new StoreLocation(
                        place.url(),
                        Optional.of(URI.create("http://127.0.0.1:" + way)),
                        place.region(),
                        place.pathStyle());
        old.configure(Optional.of(cuttable), relay.port(), 100);
        next.configure(Optional.of(place), relay.port(), 100);
    }

    private Program standby(int writer) throws Exception {
        if (!Files.exists(next.key())) {
            Files.copy(old.key(), next.key());
        }
        next.succeeds(old);
        Path token = next.folder.resolve("token");
        Files.writeString(token, old.token() + "\n");
        return Program.start(
                next.environment,
                "ready as a standby",
                "todoku-migrate",
                "standby",
                "--data",
                data.toString(),
                "--config",
                next.config().toString(),
                "--from",
                "http://127.0.0.1:" + writer,
                "--token-file",
                token.toString(),
                "--no-rehearsal",
                "--listen",
                "" + port);
    }

    private String[] base() {
        return new String[] {
            "backup", "--data", oldData.toString(), "--config", old.config().toString()
        };
    }

    private static Program.Result takeOver(Host host, Path place) throws Exception {
        return Program.run(
                host.environment,
                "todoku-migrate",
                "takeover",
                "--yes",
                "--data",
                place.toString());
    }

    private static Program.Result takeOverCold(Host host, Path place) throws Exception {
        return Program.run(
                host.environment,
                "todoku-migrate",
                "takeover",
                "--yes",
                "--no-start",
                "--data",
                place.toString(),
                "--config",
                host.config().toString());
    }

    private boolean isFed() {
        JsonNode standbys = standbys();
        return state("source").equals("direct")
                && standbys.size() == 1
                && standbys.get(0).get("fed").asBoolean()
                && standbys.get(0).get("counts").asBoolean();
    }

    private JsonNode standbys() {
        try {
            return old.get("/api/v1/system").get("standbys");
        } catch (Exception e) {
            return new JsonMapper().createArrayNode();
        }
    }

    private long archiveLag() {
        try {
            return old.get("/api/v1/system").get("archive").get("lagBytes").asLong();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private String state(String key) {
        try (HttpClient client = HttpClient.newHttpClient()) {
            URI page = URI.create("http://127.0.0.1:" + port + "/");
            HttpRequest request =
                    HttpRequest.newBuilder(page).timeout(Duration.ofSeconds(2)).GET().build();
            return new JsonMapper()
                    .readTree(client.send(request, HttpResponse.BodyHandlers.ofString()).body())
                    .get(key)
                    .asText();
        } catch (Exception e) {
            return "";
        }
    }

    private int restores() {
        return Integer.parseInt(state("restores"));
    }

    private static Set<String> members(Host host) throws Exception {
        Set<String> ids = new HashSet<>();
        String page = "";
        do {
            JsonNode answer = host.get("/api/v1/members" + (page.isEmpty() ? "" : "?page=" + page));
            answer.get("items").forEach(item -> ids.add(item.get("id").asText()));
            page = answer.path("next").asText("");
        } while (!page.isEmpty() && !page.equals("null"));
        return ids;
    }

    private static void delete(Path root) throws IOException {
        List<Path> all = new ArrayList<>();
        try (Stream<Path> paths = Files.walk(root)) {
            paths.sorted(Comparator.reverseOrder()).forEach(all::add);
        }
        for (Path path : all) {
            Files.delete(path);
        }
    }

    private static void rest(Duration time) {
        LockSupport.parkNanos(time.toNanos());
    }

    private static void await(BooleanSupplier condition, String what) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            LockSupport.parkNanos(50_000_000);
        }
    }
}
