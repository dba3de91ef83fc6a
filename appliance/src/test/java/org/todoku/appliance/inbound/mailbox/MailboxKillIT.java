package org.todoku.appliance.inbound.mailbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.Main;
import org.todoku.appliance.delivery.FakeRelay;

/** The real server, killed again and again while it takes mail from a real mailbox. */
class MailboxKillIT {
    private static final int KILLS = Integer.getInteger("todoku.mailbox.kills", 4);
    private static final int EACH = 60;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final long SEED = Long.getLong("todoku.seed", System.nanoTime());
    private static final Pattern MAIL_ID = Pattern.compile("(?m)^Message-ID: (\\S+)");

    @TempDir Path dir;

    @Test
    void nobodyIsLostAndNobodyJoinsTwice() throws Exception {
        assumeTrue(Dovecot.isInstalled(), "SKIPPED: needs root and Debian's dovecot-imapd");
        System.out.println("seed " + SEED);
        Random random = new Random(SEED);
        FakeRelay relay = new FakeRelay((stage, to) -> FakeRelay.ok(stage));
        try (Dovecot dovecot = Dovecot.start(dir.resolve("dovecot"), "")) {
            int http = Dovecot.freePort();
            configure(dovecot, relay.relay(2).port(), http);
            String token = setUp();
            dovecot.deliver(mail("first@example.jp"));
            int mails = 1;
            for (int kill = 0; kill < KILLS; kill++) {
                for (int i = 0; i < EACH; i++) {
                    String who = "k" + kill + "-" + i;
                    dovecot.drop(who, mail(who + "@example.jp"));
                    mails++;
                }
                Process server = serve();
                long before = dovecot.with("S");
                await(() -> !server.isAlive() || dovecot.with("S") > before || listens(http));
                assertThat(server.isAlive()).isTrue();
                LockSupport.parkNanos(random.nextInt(1500) * 1_000_000L);
                server.destroyForcibly().waitFor();
            }
            int all = mails;
            System.out.printf(
                    "figure: after %d kills %d of %d mails are marked read%n",
                    KILLS, dovecot.with("S"), all);
            Process server = serve();
            await(() -> dovecot.with("S") == all);
            await(() -> listens(http));
            await(() -> members(http, token) == all);
            await(() -> answers(relay).size() == all);
            // A second effect would be a second mail: "you are a member already".
            assertThat(answers(relay).values()).allMatch(ids -> ids.size() == 1);
            server.destroy();
            assertThat(server.waitFor()).isNotNegative();
        } finally {
            relay.close();
        }
    }

    /** A start takes its time on a machine that builds. */
    private void await(BooleanSupplier condition) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime())
                    .as(Files.readString(dir.resolve("serve.log")))
                    .isLessThan(end);
            LockSupport.parkNanos(50_000_000);
        }
    }

    private static Map<String, Set<String>> answers(FakeRelay relay) {
        Map<String, Set<String>> ids = new HashMap<>();
        for (var taken : relay.taken()) {
            Matcher id = MAIL_ID.matcher(taken.text());
            if (id.find()) {
                ids.computeIfAbsent(taken.recipient(), to -> new HashSet<>()).add(id.group(1));
            }
        }
        return ids;
    }

    private void configure(Dovecot dovecot, int relay, int http) throws IOException {
        Files.writeString(dir.resolve("box.pw"), Dovecot.PASSWORD + "\n");
        Files.writeString(
                dir.resolve("todoku.yaml"),
                """
                http: { bind: 127.0.0.1, port: %d, public-url: "http://localhost:%d" }
                mail:
                  domain: todoku.example
                  listen: ""
                  relays: [ { url: "smtp://127.0.0.1:%d", rate: 500/s } ]
                  mailbox: "imap://%s@127.0.0.1:%d"
                  mailbox-password-file: box.pw
                """
                        .formatted(
                                http,
                                http,
                                relay,
                                Dovecot.USER.replace("@", "%40"),
                                dovecot.plainPort()));
    }

    private String setUp() throws Exception {
        Files.writeString(dir.resolve("admin.pw"), "a long enough password\n");
        Process setup =
                run(
                        "setup",
                        "--organisation",
                        "緑小学校",
                        "--slug",
                        "midori",
                        "--admin-email",
                        "admin@example.jp",
                        "--admin-password-file",
                        dir.resolve("admin.pw").toString());
        assertThat(setup.waitFor()).as(Files.readString(dir.resolve("setup.log"))).isZero();
        return Files.readString(dir.resolve("setup.log"))
                .lines()
                .filter(line -> line.startsWith("token "))
                .map(line -> line.substring(6).strip())
                .findFirst()
                .orElseThrow();
    }

    private Process serve() throws IOException {
        return run("serve");
    }

    private Process run(String command, String... more) throws IOException {
        List<String> words =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Main.class.getName(),
                                command,
                                "--data",
                                dir.resolve("data").toString(),
                                "--config",
                                dir.resolve("todoku.yaml").toString()));
        words.addAll(List.of(more));
        return new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(dir.resolve(command + ".log").toFile()))
                .start();
    }

    private static boolean listens(int http) {
        try {
            return !get("http://127.0.0.1:" + http + "/health/live", "").isEmpty();
        } catch (IllegalStateException e) {
            return false;
        }
    }

    private static long members(int http, String token) {
        long all = 0;
        String next = "";
        do {
            String page =
                    get(
                            "http://127.0.0.1:"
                                    + http
                                    + "/api/v1/members"
                                    + (next.isEmpty() ? "" : "?page=" + next),
                            token);
            all += page.split("\"joined\":\"", -1).length - 1;
            Matcher more = Pattern.compile("\"next\":\"([^\"]+)\"").matcher(page);
            next = more.find() ? more.group(1) : "";
        } while (!next.isEmpty());
        return all;
    }

    private static String get(String url, String token) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request.build(), BodyHandlers.ofString()).body();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String mail(String from) {
        return """
        Return-Path: <%1$s>
        From: %1$s
        To: midori@todoku.example
        Message-ID: <%1$s.1>
        Subject:

        """
                .formatted(from);
    }
}
