package org.todoku.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.Chromium;
import org.todoku.backup.objects.S3Server;
import org.todoku.backup.objects.StoreLocation;

/**
 * Scene 5 of the first issue: the server is killed while it sends to a thousand members, its data
 * is deleted, and another takes over from the archive alone. What the relay really got is the judge
 * of what the ledger says.
 */
class TakeoverIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int RATE = 100;
    private static final int KILL_AFTER = 350;
    private static final Pattern MAIL_ID = Pattern.compile("<m(\\d+)\\.d(\\d+)@example\\.jp>");

    @TempDir Path folder;

    private MailServer relay;

    @BeforeEach
    void startRelay() {
        relay = MailServer.start();
    }

    @AfterEach
    void stopRelay() {
        relay.close();
    }

    @Test
    void comesBackFromAFolder() throws Exception {
        Path archive = folder.resolve("archive");
        killAndTakeOver(StoreLocation.of(archive.toUri().toString()), Map.of(), false);
    }

    @Test
    void comesBackFromAnS3ServerWithTheKitAlone() throws Exception {
        try (S3Server server = S3Server.s3proxy(Files.createDirectories(folder.resolve("s3")))) {
            Map<String, String> credentials =
                    Map.of(
                            "AWS_ACCESS_KEY_ID", S3Server.ACCESS,
                            "AWS_SECRET_ACCESS_KEY", S3Server.SECRET);
            killAndTakeOver(server.location("school"), credentials, true);
        }
    }

    @Test
    void stopsInTimeAlsoWithoutItsArchive() throws Exception {
        Host host = new Host(folder.resolve("host"));
        host.environment.putAll(
                Map.of(
                        "AWS_ACCESS_KEY_ID", S3Server.ACCESS,
                        "AWS_SECRET_ACCESS_KEY", S3Server.SECRET));
        Path data = folder.resolve("data");
        Path files = Files.createDirectories(folder.resolve("s3"));
        try (S3Server archive = S3Server.s3proxy(files)) {
            host.configure(Optional.of(archive.location("school")), relay.port(), RATE);
            host.setUp(data);
            try (Program server = host.serve(data)) {
                archive.kill();
                host.post("/api/v1/members/import", "text/csv", SchoolRoster.file());
                host.post("/api/v1/messages", toEveryone());
                assertThat(server.stop()).as("SIGTERM stops within 10 s").isTrue();
                assertThat(relay.mails()).as("nothing left without its claim").isEmpty();
            }
        }
    }

    /** The old host lives and sends on while it is taken over from: the hardest case for I7. */
    @Test
    void takesOverFromAHostThatStillSends() throws Exception {
        StoreLocation archive = StoreLocation.of(folder.resolve("archive").toUri().toString());
        Host host = new Host(folder.resolve("host"));
        host.configure(Optional.of(archive), relay.port(), RATE);
        Path data = folder.resolve("data");
        host.setUp(data);
        Host next = new Host(folder.resolve("next"));
        next.configure(Optional.of(archive), relay.port(), RATE);
        Files.copy(host.key(), next.key());
        next.succeeds(host);
        try (Program old = host.serve(data)) {
            host.post("/api/v1/members/import", "text/csv", SchoolRoster.file());
            String message = host.post("/api/v1/messages", toEveryone()).get("id").asText();
            await(() -> relay.mails().size() >= KILL_AFTER, "mails on their way");
            try (Program taken = takeover(next, flags(next, archive))) {
                await(() -> refusesWrites(host), "the old host is fenced");
                // What was under way when the epoch ended is over: nothing more leaves the old one.
                await(() -> isQuiet(), "the old host sends nothing more");
                Map<String, List<String>> ledger = Deliveries.ledger(next, message);
                judge(ledger, received());
                sendToTheUnsent(next, message, ledger, received());
                assertThat(taken.stop()).isTrue();
            }
            assertThat(old.stop()).as("a fenced host stops within 10 s").isTrue();
        }
        saysWhereTheServiceIs(host, data, next);
    }

    /** The old host comes back: every path of it leads to the new one. */
    private static void saysWhereTheServiceIs(Host host, Path data, Host next) throws Exception {
        try (Program back =
                Program.start(
                        host.environment,
                        "fenced: ",
                        "todoku",
                        "serve",
                        "--data",
                        data.toString(),
                        "--config",
                        host.config().toString())) {
            assertThat(back.errors()).contains("http://localhost:" + next.httpPort, "salvage");
            for (String path : List.of("/", "/console/messages?page=2", "/m/aoba")) {
                HttpResponse<String> answer = host.page("http://127.0.0.1:" + host.httpPort + path);
                assertThat(answer.statusCode()).isEqualTo(302);
                assertThat(answer.headers().firstValue("Location"))
                        .contains("http://localhost:" + next.httpPort + path);
                assertThat(answer.body()).contains("別のサーバーに移りました");
            }
        }
    }

    private static boolean refusesWrites(Host host) {
        try {
            host.post("/api/v1/messages", toEveryone());
            return false;
        } catch (IllegalStateException e) {
            return String.valueOf(e.getMessage()).contains("fenced");
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** No mail for two seconds, twice as long as a claimed batch takes. */
    private boolean isQuiet() {
        int before = relay.mails().size();
        java.util.concurrent.locks.LockSupport.parkNanos(2_000_000_000L);
        return relay.mails().size() == before;
    }

    /**
     * The whole scene.
     *
     * @param kitOnly nothing is left of the old host but the sheet of paper: its key and its
     *     configuration are gone too
     */
    private void killAndTakeOver(
            StoreLocation archive, Map<String, String> environment, boolean kitOnly)
            throws Exception {
        Host host = new Host(folder.resolve("host"));
        host.environment.putAll(environment);
        host.configure(Optional.of(archive), relay.port(), RATE);
        Path data = folder.resolve("data");
        host.setUp(data);
        String message;
        try (Program server = host.serve(data)) {
            host.post("/api/v1/members/import", "text/csv", SchoolRoster.file());
            message = host.post("/api/v1/messages", toEveryone()).get("id").asText();
            await(() -> relay.mails().size() >= KILL_AFTER, "mails on their way");
            server.kill();
        }
        Map<String, Integer> before = received();
        deleteTree(data);
        List<String> opener = kitOnly ? loseAllButTheKit(host) : flags(host, archive);

        long begun = System.nanoTime();
        try (Program taken = takeover(host, opener)) {
            JsonNode counts = host.get("/api/v1/messages/" + message);
            figure("from takeover to the first answered request", begun);
            JsonNode result = result(taken.output());
            assertThat(result.get("members").asInt()).isEqualTo(SchoolRoster.FAMILIES);
            assertThat(counts.get("state").asText()).isEqualTo("onHold");
            Map<String, List<String>> ledger = Deliveries.ledger(host, message);
            System.out.println("figure: ledger after takeover " + counts.get("counts"));
            judge(ledger, before);
            assertThat(host.signIn()).isTrue();
            assertThat(host.page(anyLink()).statusCode()).isEqualTo(200);
            sendToTheUnsent(host, message, ledger, before);
            assertThat(taken.stop()).as("SIGTERM stops within 10 s").isTrue();
        }
        if (!kitOnly) {
            oldHostIsFenced(host);
        }
    }

    private Program takeover(Host host, List<String> opener) throws Exception {
        List<String> words = new ArrayList<>(List.of("takeover", "--json"));
        words.addAll(List.of("--data", folder.resolve("new").toString()));
        words.addAll(opener);
        return Program.start(
                host.environment,
                "ready http://127.0.0.1:" + host.httpPort,
                "todoku-migrate",
                words.toArray(String[]::new));
    }

    private static List<String> flags(Host host, StoreLocation archive) {
        return List.of(
                "--archive",
                archive.url().toString(),
                "--key-file",
                host.key().toString(),
                "--config",
                host.config().toString());
    }

    private List<String> loseAllButTheKit(Host host) throws Exception {
        Path kit = folder.resolve("kit.html");
        Program.Result made =
                Program.run(
                        host.environment,
                        "todoku-migrate",
                        "kit",
                        "--config",
                        host.config().toString(),
                        "--out",
                        kit.toString());
        assertThat(made.status()).as(made.toString()).isZero();
        deleteTree(host.folder);
        return List.of("--kit", kit.toString());
    }

    /** The promise: handed over was really taken, certainly not sent was really not. */
    private static void judge(Map<String, List<String>> ledger, Map<String, Integer> received) {
        List<String> handedOver = ledger.getOrDefault("handedOver", List.of());
        List<String> unsent = ledger.getOrDefault("queued", List.of());
        List<String> inDoubt = ledger.getOrDefault("inDoubt", List.of());
        assertThat(handedOver.size() + unsent.size() + inDoubt.size())
                .isEqualTo(SchoolRoster.addresses());
        assertThat(handedOver).isNotEmpty().allMatch(received::containsKey);
        assertThat(unsent).isNotEmpty().noneMatch(received::containsKey);
        // What the window of a relay with a rate holds at most.
        assertThat(inDoubt.size()).isLessThanOrEqualTo(4 * RATE);
    }

    private void sendToTheUnsent(
            Host host,
            String message,
            Map<String, List<String>> ledger,
            Map<String, Integer> before)
            throws Exception {
        press(host, message);
        await(() -> Deliveries.unsent(host, message) == 0, "the unsent are reached");
        Map<String, Integer> after = received();
        assertThat(after).allSatisfy((delivery, mails) -> assertThat(mails).isEqualTo(1));
        assertThat(ledger.get("queued")).allMatch(after::containsKey);
        for (String doubtful : ledger.getOrDefault("inDoubt", List.of())) {
            assertThat(after.containsKey(doubtful)).isEqualTo(before.containsKey(doubtful));
        }
        JsonNode counts = host.get("/api/v1/messages/" + message).get("counts");
        System.out.println("figure: ledger after sending to the unsent " + counts);
    }

    /** The button itself where there is a browser, else what it calls. */
    private static void press(Host host, String message) throws Exception {
        if (!Chromium.isInstalled()) {
            System.out.println("SKIPPED: no chromium, so the button was not pressed");
            host.post("/api/v1/messages/" + message + "/resend", "{\"outcome\":\"queued\"}");
            return;
        }
        try (Chromium chromium = Chromium.open()) {
            Page page = chromium.desk();
            page.navigate("http://127.0.0.1:" + host.httpPort + "/console/sign-in");
            page.fill("#email", "admin@example.jp");
            page.fill("#password", Host.PASSWORD);
            page.click("main button");
            page.navigate("http://127.0.0.1:" + host.httpPort + "/console/messages/" + message);
            Chromium.picture(page, "on-hold");
            page.click("#act-queued");
            PlaywrightAssertions.assertThat(page.locator("#act-queued")).not().isVisible();
        }
    }

    /** Another directory with the same configuration is not the archive's writer. */
    private void oldHostIsFenced(Host host) throws Exception {
        Path old = Files.createDirectories(folder.resolve("old"));
        Program.Result refused =
                Program.run(
                        host.environment,
                        "todoku",
                        "serve",
                        "--data",
                        old.toString(),
                        "--config",
                        host.config().toString());
        assertThat(refused.status()).as(refused.toString()).isEqualTo(3);
        assertThat(refused.err().strip().lines()).hasSize(1);
        assertThat(refused.err()).contains("epoch").contains("Hint: ");
        Program.Result status =
                Program.run(
                        host.environment,
                        "todoku-migrate",
                        "status",
                        "--json",
                        "--config",
                        host.config().toString());
        assertThat(status.status()).as(status.toString()).isZero();
        assertThat(result(status.out()).get("epoch").asInt()).isGreaterThanOrEqualTo(3);
    }

    /** What the relay took: how many mails for each delivery id, from their Message-IDs. */
    private Map<String, Integer> received() throws Exception {
        Map<String, Integer> mails = new HashMap<>();
        for (MailServer.Mail mail : relay.mails()) {
            Matcher matcher = MAIL_ID.matcher(mail.content().getMessageID());
            assertThat(matcher.matches()).as(mail.content().getMessageID()).isTrue();
            mails.merge(matcher.group(2), 1, Integer::sum);
        }
        return mails;
    }

    private String anyLink() throws Exception {
        String text = relay.mails().getFirst().text();
        Matcher matcher = Pattern.compile("http://localhost:\\d+/m/\\S+").matcher(text);
        assertThat(matcher.find()).as(text).isTrue();
        return matcher.group();
    }

    private static JsonNode result(String output) throws Exception {
        String line =
                output.lines()
                        .filter(l -> l.startsWith("{\"result\""))
                        .findFirst()
                        .orElseThrow(() -> new IllegalStateException(output));
        return new JsonMapper().readTree(line).get("result");
    }

    private static String toEveryone() {
        return """
        {"subject":"台風による休校について","body":"明日は休校です。","audience":{"everyone":true}}
        """;
    }

    private static void figure(String what, long begun) {
        System.out.printf("figure: %s: %.1f s%n", what, (System.nanoTime() - begun) / 1e9);
    }

    private static void deleteTree(Path root) throws Exception {
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static void await(BooleanSupplier condition, String what) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
        }
    }
}
