package org.todoku.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.backup.objects.S3Server;
import org.todoku.backup.objects.StoreLocation;

/**
 * Two hosts as network namespaces, an S3-compatible server outside of both, and links that are
 * taken down: a takeover without a person, and a planned move.
 */
@EnabledIf(
        value = "org.todoku.packaging.Namespaces#areAllowed",
        disabledReason = "no network namespaces")
class NamespacesIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int AFTER = 8;

    /** Ten a second: this is about hosts and links, MoveIT about load. */
    private static final long OFTEN = 100_000_000;

    @TempDir Path folder;

    @Test
    void aStandbyTakesOverFromAHostWhoseLinkIsCutAndNeverWhileItsOwnIs() throws Exception {
        Host old = new Host(folder.resolve("old"));
        Host next = new Host(folder.resolve("next"));
        try (Namespaces net = Namespaces.open("a", "b");
                S3Server s3 = s3(net);
                Witness outside = new Witness(net.outside())) {
            live(old, net, "a", s3);
            live(next, net, "b", s3);
            confirmsWithTheArchive(old);
            confirmsWithTheArchive(next);
            Path oldData = folder.resolve("old-data");
            old.setUp(oldData);
            Files.copy(old.key(), next.key());
            next.succeeds(old);
            try (Program writer = old.serve(oldData);
                    Program standby = standby(old, next, outside);
                    Writing writing = new Writing(old, 2)) {
                await(() -> writing.count() > 20, "commits");

                net.cut("b");
                int before = writing.count();
                LockSupport.parkNanos(Duration.ofSeconds(AFTER + 6L).toNanos());
                assertThat(writing.count()).as("the old host goes on").isGreaterThan(before);
                assertThat(standby.output()).doesNotContain("taking over");
                net.mend("b");
                goesOn(writing);

                net.cut("a");
                long begun = System.nanoTime();
                await(() -> accepts(next), "the standby serves");
                System.out.printf(
                        "figure: taken over %.1f s after the old host's link was cut (%d s of"
                                + " silence asked)%n",
                        (System.nanoTime() - begun) / 1e9, AFTER);
                // Beside the new writer the old one lives on, alone with who is on its side.
                assertThat(statusWithin(old)).as("a write on the cut-off side").startsWith("5");
                net.mend("a");
                for (int i = 0; i < 10; i++) {
                    assertThat(accepts(old)).as("write %d when it is back", i).isFalse();
                }
                assertThat(members(next)).containsAll(writing.stop());
                assertThat(writer.output()).contains("ready");
            }
        }
    }

    @Test
    void aMoveFromOneHostToTheOther() throws Exception {
        Host old = new Host(folder.resolve("old"));
        Host next = new Host(folder.resolve("next"));
        try (Namespaces net = Namespaces.open("a", "b");
                S3Server s3 = s3(net)) {
            Certified own =
                    Certified.in(folder.resolve("own"), net.outside().replaceAll("1$", "10"));
            old.secure(own);
            live(old, net, "a", s3);
            live(next, net, "b", s3);
            Path oldData = folder.resolve("old-data");
            old.setUp(oldData);
            Files.copy(old.key(), next.key());
            next.succeeds(old);
            Files.writeString(next.folder.resolve("token"), old.token() + "\n");
            try (Program writer = old.serve(oldData);
                    Load load = new Load(old.address(), old.token(), own.trusted(), OFTEN);
                    Program moved =
                            Program.startOn(
                                    next, "ready http", "todoku-migrate", move(old, next, own))) {
                LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
                List<Load.Answer> answers = load.stop();
                // A machine that is busy with other things may be late; MoveIT counts those.
                List<Load.Answer> late = answers.stream().filter(Load.Answer::failed).toList();
                assertThat(late).allMatch(answer -> answer.status() == 503);
                assertThat(late.size()).isLessThan(answers.size() / 10);
                assertThat(moved.output()).contains("the old host sends on");
                net.cut("a");
                assertThat(accepts(next)).as("without the old host").isTrue();
                assertThat(members(next)).containsAll(acknowledged(answers));
                System.out.printf(
                        "figure: a move between two network namespaces: %d requests, %d failed, each"
                                + " acknowledged write is there%n",
                        answers.size(), late.size());
                assertThat(writer.output()).contains("ready");
            }
        }
    }

    private static Set<String> acknowledged(List<Load.Answer> answers) throws Exception {
        Set<String> ids = new HashSet<>();
        for (Load.Answer answer : answers) {
            if (answer.what().equals("write") && !answer.failed()) {
                ids.add(new JsonMapper().readTree(answer.body()).get("id").asText());
            }
        }
        return ids;
    }

    private S3Server s3(Namespaces net) throws Exception {
        return S3Server.s3proxyAt(Files.createDirectories(folder.resolve("s3")), net.outside());
    }

    private static void live(Host host, Namespaces net, String where, S3Server s3)
            throws Exception {
        host.livesAt(net.address(where), net.on(where));
        host.environment.putAll(
                Map.of(
                        "AWS_ACCESS_KEY_ID", S3Server.ACCESS,
                        "AWS_SECRET_ACCESS_KEY", S3Server.SECRET));
        StoreLocation place = s3.location("a");
        host.configure(Optional.of(place), 1, 100);
    }

    /** What was confirmed is in the archive: a host that is cut off confirms nothing. */
    private static void confirmsWithTheArchive(Host host) throws Exception {
        String yaml = Files.readString(host.config());
        Files.writeString(host.config(), yaml + "volume: { force: local-and-archive }\n");
    }

    private Program standby(Host old, Host next, Witness outside) throws Exception {
        return Program.startOn(
                next,
                "ready as a standby",
                "todoku-migrate",
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
                old.address().resolve("/health/live").toString(),
                "--witness",
                outside.address().toString());
    }

    private String[] move(Host old, Host next, Certified own) {
        return new String[] {
            "move",
            "--from",
            old.address().toString(),
            "--token-file",
            next.folder.resolve("token").toString(),
            "--data",
            folder.resolve("next-data").toString(),
            "--config",
            next.config().toString(),
            "--ca",
            own.certificate().toString()
        };
    }

    /** A status that a client on the host's own side of the cut is answered with. */
    private static String statusWithin(Host host) throws Exception {
        List<String> words = new ArrayList<>(host.before());
        words.addAll(
                List.of(
                        "/usr/bin/curl",
                        "-s",
                        "-o",
                        "/dev/null",
                        "-w",
                        "%{http_code}",
                        "-H",
                        "Authorization: Bearer " + host.token(),
                        "-H",
                        "Content-Type: application/json",
                        "-d",
                        "{\"name\":\"切れた側\"}",
                        host.address().resolve("/api/v1/members").toString()));
        Process curl = new ProcessBuilder(words).start();
        String status = new String(curl.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        assertThat(curl.waitFor()).isZero();
        return status;
    }

    private static void goesOn(Writing writing) {
        int before = writing.count();
        await(() -> writing.count() > before, "it goes on");
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
        host.all("/api/v1/members").forEach(item -> ids.add(item.get("id").asText()));
        return ids;
    }

    private static void await(BooleanSupplier condition, String what) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            LockSupport.parkNanos(50_000_000);
        }
    }

    /** Something outside that answers. */
    private static final class Witness implements AutoCloseable {
        private final HttpServer server;
        private final String ip;

        Witness(String ip) throws Exception {
            this.ip = ip;
            server = HttpServer.create(new InetSocketAddress(ip, 0), 8);
            server.createContext(
                    "/",
                    call -> {
                        call.sendResponseHeaders(204, -1);
                        call.close();
                    });
            server.start();
        }

        URI address() {
            return URI.create("http://" + ip + ":" + server.getAddress().getPort() + "/");
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }
}
