package org.todoku.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.backup.objects.StoreLocation;

/**
 * Planned moves between real processes under load: no request fails, nothing acknowledged is lost.
 */
class MoveIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    /** Of the acceptance figure ten; a build has less time. */
    private static final int MOVES = Integer.getInteger("todoku.moves", 3);

    private static final int RATE = 100;

    @TempDir Path folder;

    private MailServer relay;
    private StoreLocation archive;

    @BeforeEach
    void begin() {
        relay = MailServer.start();
        archive = StoreLocation.of(folder.resolve("archive").toUri().toString());
    }

    @AfterEach
    void end() {
        relay.close();
    }

    @Test
    void noRequestFailsAndNothingIsLostOrSentTwice() throws Exception {
        Host host = host("0");
        host.setUp(data("0"));
        Program serving = host.serve(data("0"));
        List<Program> programs = new ArrayList<>(List.of(serving));
        List<Long> pauses = new ArrayList<>();
        try {
            host.post("/api/v1/members/import", "text/csv", SchoolRoster.file());
            String message = host.post("/api/v1/messages", toEveryone()).get("id").asText();
            await(() -> relay.mails().size() >= 50, "mails on their way");
            List<Load.Answer> answers;
            try (Load load = new Load(address(host), host.token())) {
                for (int move = 1; move <= MOVES; move++) {
                    Host next = host("" + move);
                    Files.copy(folder.resolve("host-0").resolve("archive.key"), next.key());
                    next.succeeds(host);
                    Program moved = move(host, next, data("" + move));
                    programs.add(moved);
                    pauses.add(pause(moved));
                    rest(Duration.ofSeconds(1));
                    load.turnTo(address(next));
                    rest(Duration.ofSeconds(1));
                    host = next;
                }
                answers = load.stop();
            }
            judge(host, answers, pauses);
            Host last = host;
            await(() -> unsent(last, message) == 0, "all mails are sent");
            assertThat(twice()).as("mails that were sent twice").isEmpty();
            JsonNode counts = host.get("/api/v1/messages/" + message).get("counts");
            assertThat(counts.get("inDoubt").asInt()).isZero();
            assertThat(counts.get("handedOver").asInt()).isEqualTo(relay.mails().size());
        } finally {
            programs.forEach(Program::close);
        }
    }

    @Test
    void stoppedBeforeTheClaimTheOldHostIsAsBeforeAndAnotherRunMoves() throws Exception {
        Host host = host("0");
        host.setUp(data("0"));
        try (Program serving = host.serve(data("0"))) {
            Host next = next(host);
            try (Program begun =
                    Program.start(
                            next.environment,
                            "starts the service on a copy",
                            "todoku-migrate",
                            words(host, next, data("1")))) {
                assertThat(begun.stop()).isTrue();
            }
            assertThat(post(host)).isTrue();
            assertThat(host.get("/api/v1/system").get("epoch").asInt()).isEqualTo(2);
            try (Program moved = move(host, next, data("1"))) {
                assertThat(post(next)).isTrue();
                assertThat(post(host)).as("through the old host").isTrue();
                assertThat(moved.output()).contains("serves at");
            }
            assertThat(serving.output()).contains("ready");
        }
    }

    @Test
    void goesOnAfterAFaultBehindTheClaim() throws Exception {
        Host host = host("0");
        host.setUp(data("0"));
        try (Program serving = host.serve(data("0"))) {
            Host next = next(host);
            assertThat(post(host)).isTrue();
            Program.Result failed;
            try (ServerSocket taken =
                    new ServerSocket(next.httpPort, 1, InetAddress.getLoopbackAddress())) {
                failed =
                        Program.run(
                                next.environment, "todoku-migrate", words(host, next, data("1")));
                assertThat(taken.isBound()).isTrue();
            }
            assertThat(failed.status()).as(failed.toString()).isEqualTo(1);
            assertThat(failed.err()).contains("" + next.httpPort);
            try (Program moved = move(host, next, data("1"))) {
                assertThat(post(next)).isTrue();
                assertThat(post(host)).as("through the old host").isTrue();
                assertThat(members(next)).hasSize(3);
                assertThat(moved.output()).contains("by an earlier run");
            }
            assertThat(serving.output()).contains("ready");
        }
    }

    private Host next(Host host) throws Exception {
        Host next = host("1");
        Files.copy(host.key(), next.key());
        next.succeeds(host);
        return next;
    }

    private static boolean post(Host host) throws Exception {
        return host.post("/api/v1/members", "{\"name\":\"会員\"}").has("id");
    }

    private void judge(Host host, List<Load.Answer> answers, List<Long> pauses) throws Exception {
        List<Load.Answer> failed = answers.stream().filter(Load.Answer::failed).toList();
        assertThat(failed).as("requests that failed").isEmpty();
        Set<String> ids = new HashSet<>();
        for (Load.Answer answer : answers) {
            if (answer.what().equals("write")) {
                ids.add(new JsonMapper().readTree(answer.body()).get("id").asText());
            }
        }
        Set<String> there = members(host);
        assertThat(ids.stream().filter(id -> !there.contains(id)).toList())
                .as("acknowledged members that are not there")
                .isEmpty();
        List<Long> sorted = pauses.stream().sorted().toList();
        long worst =
                answers.stream()
                        .filter(a -> a.what().equals("write"))
                        .mapToLong(Load.Answer::millis)
                        .max()
                        .orElse(0);
        System.out.printf(
                "figure: %d moves at 50 requests/s: writers paused %s ms, median %d ms; %d requests,"
                        + " 0 failed, %d acknowledged writes all there; the slowest write took %d ms%n",
                pauses.size(),
                pauses,
                sorted.get(sorted.size() / 2),
                answers.size(),
                ids.size(),
                worst);
    }

    private Program move(Host from, Host to, Path data) throws Exception {
        Path token = to.folder.resolve("token");
        Files.writeString(token, from.token() + "\n");
        return Program.start(to.environment, "ready http", "todoku-migrate", words(from, to, data));
    }

    private static String[] words(Host from, Host to, Path data) throws Exception {
        Path token = to.folder.resolve("token");
        Files.writeString(token, from.token() + "\n");
        return new String[] {
            "move",
            "--from",
            address(from).toString(),
            "--token-file",
            token.toString(),
            "--data",
            data.toString(),
            "--config",
            to.config().toString()
        };
    }

    private static long pause(Program moved) throws Exception {
        String line =
                moved.output()
                        .lines()
                        .filter(l -> l.contains("writers paused"))
                        .findFirst()
                        .orElseThrow();
        System.out.println(moved.output());
        return Long.parseLong(line.replaceAll(".*writers paused (\\d+) ms.*", "$1"));
    }

    private Host host(String name) throws Exception {
        Host host = new Host(folder.resolve("host-" + name));
        host.configure(Optional.of(archive), relay.port(), RATE);
        return host;
    }

    private Path data(String name) {
        return folder.resolve("data-" + name);
    }

    private static URI address(Host host) {
        return URI.create("http://127.0.0.1:" + host.httpPort);
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

    private static int unsent(Host host, String message) {
        try {
            JsonNode counts = host.get("/api/v1/messages/" + message).get("counts");
            return counts.get("queued").asInt() + counts.get("claimed").asInt();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Message-IDs that the relay took more than once. */
    private Map<String, Long> twice() throws Exception {
        Map<String, Long> seen = new HashMap<>();
        for (MailServer.Mail mail : relay.mails()) {
            seen.merge(mail.content().getMessageID(), 1L, Long::sum);
        }
        return seen.entrySet().stream()
                .filter(e -> e.getValue() > 1)
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static String toEveryone() {
        return """
        {"subject":"引っ越し","body":"この間に引っ越します。","audience":{"everyone":true}}
        """;
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
