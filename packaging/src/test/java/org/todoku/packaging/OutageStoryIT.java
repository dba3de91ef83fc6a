package org.todoku.packaging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.backup.bench.FrozenFileSystem;
import org.todoku.backup.objects.StoreLocation;

/**
 * The outage of 2018 again, with this product: the storage slows, then freezes for minutes while
 * life goes on, then the host is lost in the middle of a sending; nobody notices until the status
 * page is red; one command moves the service; the old host comes back.
 */
class OutageStoryIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration SLOW = Duration.ofSeconds(15);
    private static final Duration FROZEN =
            Duration.ofSeconds(Integer.getInteger("todoku.story.frozenSeconds", 120));
    private static final int FAMILIES = 10_000;
    private static final int READERS = 400;
    private static final int RATE = 1000;
    private static final int LOST_AFTER = 1500;
    private static final Pattern LINK = Pattern.compile("http://localhost:\\d+/m/\\S+");

    @TempDir Path folder;

    private final Timeline timeline = new Timeline(Path.of("target/outage-story.txt"));
    private MailServer relay;
    private StoreLocation archive;
    private OutsideWatch outside;
    private Host old;
    private Host next;
    private String urgent = "";
    private String ordinary = "";

    @BeforeEach
    void start() throws Exception {
        Path status = Files.createDirectories(folder.resolve("status"));
        archive = StoreLocation.of(folder.resolve("archive").toUri().toString());
        relay = MailServer.start();
        outside = new OutsideWatch(status);
        old = host("old", status);
        next = host("next", status);
    }

    @AfterEach
    void end() {
        outside.close();
        relay.close();
    }

    @Test
    void nothingIsLostNobodyIsMailedTwiceAndEverybodyIsToldTheTruth() throws Exception {
        Instant begun = Instant.now();
        try (FrozenFileSystem disk = mount()) {
            Path data = folder.resolve("disk/data");
            old.setUp(data);
            Files.copy(old.key(), next.key());
            next.succeeds(old);
            try (Program writer = old.serve(data)) {
                try {
                    replay(disk, writer, data);
                    report(begun);
                } finally {
                    // A process that waits for a frozen disk cannot even be killed.
                    disk.thaw();
                }
            }
        }
    }

    private void replay(FrozenFileSystem disk, Program writer, Path data) throws Exception {
        String first = begin();
        List<Load.Answer> answers;
        List<DailyLife.Act> acts;
        Instant lost;
        try (Load load = new Load(address(old), old.token());
                DailyLife life = new DailyLife(old, links(first))) {
            slow(disk);
            freeze(disk, life);
            sendToEveryoneAndBeLost(writer);
            lost = Instant.now();
            acts = life.acts();
            answers = load.stop();
        }
        judgeTheOutage(answers, acts, lost);
        seeThePageTurnRed(lost);
        try (Program taken = takeOver()) {
            judgeWhatIsThere(answers, acts, first);
            sendToTheUnsent();
            comeBack(disk, writer, data);
            seeThePageTellOfTheNewHost(lost);
            assertThat(taken.stop()).isTrue();
        }
    }

    private FrozenFileSystem mount() {
        try {
            return FrozenFileSystem.mount(folder.resolve("disk"));
        } catch (java.io.IOException e) {
            System.err.println("SKIPPED: " + e.getMessage());
            return Assumptions.abort(e.getMessage());
        }
    }

    private Host host(String name, Path status) throws Exception {
        Host host = new Host(folder.resolve(name));
        host.configure(Optional.of(archive), relay.port(), RATE);
        String yaml =
                Files.readString(host.config()).replace("ship-interval: 3s", "ship-interval: 1s");
        Files.writeString(
                host.config(), yaml + "status: { publish: \"%s\" }%n".formatted(status.toUri()));
        return host;
    }

    /** Ten thousand families, of whom some hundreds have got a message before it begins. */
    private String begin() throws Exception {
        StringBuilder list = new StringBuilder("会員番号,氏名,メール,学年\r\n");
        for (int i = 0; i < FAMILIES; i++) {
            String grade = i < READERS ? "6" : "1";
            list.append("%d,家族 %d,family%d@example.jp,%s\r\n".formatted(i, i, i, grade));
        }
        JsonNode made =
                old.post("/api/v1/members/import", "text/csv", list.toString().getBytes(UTF_8));
        assertThat(made.get("created").asInt()).isEqualTo(FAMILIES);
        String message =
                """
                {"subject":"遠足のお知らせ","body":"お弁当を持たせてください。","audience":{"profile":{"学年":["6"]}}}
                """;
        String id = old.post("/api/v1/messages", message).get("id").asText();
        await(() -> relay.mails().size() == READERS, "the first message is there");
        timeline.add(
                "%,d families; 50 requests a second, sign-in, reading and joining begin", FAMILIES);
        return id;
    }

    private List<String> links(String message) throws Exception {
        List<String> links = new ArrayList<>();
        for (MailServer.Mail mail : relay.mails()) {
            assertThat(mail.id()).contains(message);
            Matcher link = LINK.matcher(mail.text());
            assertThat(link.find()).isTrue();
            links.add(link.group());
        }
        return links;
    }

    /** The disk answers only now and then. */
    private void slow(FrozenFileSystem disk) throws Exception {
        rest(Duration.ofSeconds(5));
        timeline.add("the disk begins to hang again and again for 0.2 s");
        long end = System.nanoTime() + SLOW.toNanos();
        boolean seen = false;
        while (System.nanoTime() < end) {
            disk.freeze(Duration.ofSeconds(10));
            rest(Duration.ofMillis(200));
            disk.thaw();
            rest(Duration.ofMillis(100));
            if (!seen && !storage().equals("normal")) {
                seen = true;
                timeline.add("the console and the API say: %s", storage());
            }
        }
        assertThat(seen).as("slow storage is noticed").isTrue();
    }

    private void freeze(FrozenFileSystem disk, DailyLife life) throws Exception {
        disk.freeze(FROZEN.plusMinutes(10));
        Instant frozen = Instant.now();
        long end = System.nanoTime() + FROZEN.toNanos();
        await(() -> storage().equals("stalled"), "the stall is noticed");
        timeline.add(
                "the disk is frozen; noticed after %d ms",
                Duration.between(frozen, Instant.now()).toMillis());
        await(() -> outside.newest().told().state().equals("stalled"), "the page outside says so");
        timeline.add(
                "the status page outside says so, %d ms after the freeze",
                Duration.between(frozen, Instant.now()).toMillis());
        outside.picture("story-stalled", "保存装置が止まっていますが、動いています");
        sendUrgently();
        while (System.nanoTime() < end) {
            rest(Duration.ofMillis(200));
        }
        assertThat(storage()).isEqualTo("stalled");
        timeline.add(
                "still frozen; %,d acts of daily life so far, gate %s",
                life.acts().size(), old.get("/api/v1/system").path("storage"));
    }

    private void sendUrgently() throws Exception {
        long clicked = System.nanoTime();
        urgent = old.post("/api/v1/messages", everyone("避難指示", true)).get("id").asText();
        await(() -> mailsOf(urgent) > 0, "the first urgent mail");
        double first = (System.nanoTime() - clicked) / 1e9;
        await(() -> mailsOf(urgent) >= FAMILIES, "the last urgent mail");
        timeline.add(
                "urgent message to %,d: the relay took the first after %.2f s, the last after %.1f s",
                mailsOf(urgent), first, (System.nanoTime() - clicked) / 1e9);
    }

    private void sendToEveryoneAndBeLost(Program writer) throws Exception {
        ordinary = old.post("/api/v1/messages", everyone("明日の予定", false)).get("id").asText();
        await(() -> mailsOf(ordinary) >= LOST_AFTER, "mails on their way");
        writer.signal("STOP");
        timeline.add("the host is lost, %,d mails into a sending to everybody", mailsOf(ordinary));
    }

    /** In the freeze everything went on. */
    private void judgeTheOutage(List<Load.Answer> answers, List<DailyLife.Act> acts, Instant lost)
            throws Exception {
        // What was under way when the host was lost has no answer; it is not acknowledged either.
        long under = System.nanoTime() - Duration.between(lost, Instant.now()).toNanos();
        List<Load.Answer> before =
                answers.stream().filter(a -> a.startedNanos() < under - 2_000_000_000L).toList();
        assertThat(before).isNotEmpty().noneMatch(Load.Answer::failed);
        List<DailyLife.Act> done =
                acts.stream().filter(a -> a.startedNanos() < under - 2_000_000_000L).toList();
        assertThat(done).allSatisfy(a -> assertThat(a.problem()).as(a.toString()).isEmpty());
        for (String kind : List.of("sign-in", "read", "join")) {
            List<Long> times =
                    done.stream()
                            .filter(a -> a.what().equals(kind))
                            .map(DailyLife.Act::millis)
                            .toList();
            timeline.add("%s: %d times, all went well, p99 %d ms", kind, times.size(), p99(times));
        }
        timeline.add(
                "%,d requests answered, none failed; writes p99 %d ms",
                before.size(),
                p99(
                        before.stream()
                                .filter(a -> a.what().equals("write"))
                                .map(Load.Answer::millis)
                                .toList()));
    }

    private void seeThePageTurnRed(Instant lost) throws Exception {
        outside.picture("story-lost", "サーバーから連絡がありません");
        timeline.add(
                "nobody did anything: the status page turned red %d s after the loss",
                Duration.between(lost, Instant.now()).toSeconds());
        assertThat(outside.between(lost.plusSeconds(1), Instant.now()))
                .as("no sign of life of a lost host")
                .allMatch(s -> s.told().at().isBefore(lost.plusSeconds(1)));
    }

    private Program takeOver() throws Exception {
        long begun = System.nanoTime();
        timeline.add("one command on another host: todoku-migrate takeover");
        Program taken =
                Program.start(
                        next.environment,
                        "ready http://127.0.0.1:" + next.httpPort,
                        "todoku-migrate",
                        "takeover",
                        "--json",
                        "--data",
                        folder.resolve("new").toString(),
                        "--archive",
                        archive.url().toString(),
                        "--key-file",
                        next.key().toString(),
                        "--config",
                        next.config().toString());
        assertThat(next.signIn()).isTrue();
        timeline.add(
                "signed in on the new host, %.1f s after the command",
                (System.nanoTime() - begun) / 1e9);
        return taken;
    }

    private void judgeWhatIsThere(List<Load.Answer> answers, List<DailyLife.Act> acts, String first)
            throws Exception {
        Set<String> acknowledged = new HashSet<>();
        for (Load.Answer answer : answers) {
            if (answer.what().equals("write") && !answer.failed()) {
                acknowledged.add(new JsonMapper().readTree(answer.body()).get("id").asText());
            }
        }
        long joined =
                acts.stream().filter(a -> a.what().equals("join") && a.problem().isEmpty()).count();
        long read =
                acts.stream().filter(a -> a.what().equals("read") && a.problem().isEmpty()).count();
        Set<String> members = members();
        assertThat(acknowledged).isNotEmpty().allMatch(members::contains);
        assertThat((long) members.size())
                .isGreaterThanOrEqualTo(FAMILIES + acknowledged.size() + joined);
        JsonNode counts = next.get("/api/v1/messages/" + first).get("counts");
        assertThat(counts.get("read").asLong()).isGreaterThanOrEqualTo(read);
        JsonNode alarm = next.get("/api/v1/messages/" + urgent).get("counts");
        timeline.add(
                "%,d acknowledged writes, %d reads and %d joins: none is missing; ledger of the"
                        + " urgent message %s, of the broken one %s",
                acknowledged.size(),
                read,
                joined,
                alarm,
                next.get("/api/v1/messages/" + ordinary).get("counts"));
        Map<String, Integer> received = received(ordinary);
        Map<String, List<String>> ledger = ledger(ordinary);
        assertThat(ledger.getOrDefault("handedOver", List.of()))
                .isNotEmpty()
                .allMatch(received::containsKey);
        assertThat(ledger.getOrDefault("queued", List.of()))
                .isNotEmpty()
                .noneMatch(received::containsKey);
        assertThat(ledger(urgent).get("handedOver")).allMatch(received(urgent)::containsKey);
    }

    private void sendToTheUnsent() throws Exception {
        next.post("/api/v1/messages/" + ordinary + "/resend", "{\"outcome\":\"queued\"}");
        await(() -> Deliveries.unsent(next, ordinary) == 0, "the unsent are reached");
        JsonNode counts = next.get("/api/v1/messages/" + ordinary).get("counts");
        timeline.add("sent to those who certainly had nothing: %s", counts);
        assertNobodyTwice();
        List<String> open = ledger(ordinary).getOrDefault("inDoubt", List.of());
        Map<String, Integer> received = received(ordinary);
        // Each has the mail or is named as in doubt; nobody is forgotten.
        assertThat(received.size() + open.stream().filter(d -> !received.containsKey(d)).count())
                .isGreaterThanOrEqualTo(FAMILIES);
    }

    /** The old host thaws and wakes, in the belief that it serves. */
    private void comeBack(FrozenFileSystem disk, Program writer, Path data) throws Exception {
        Set<String> before = members();
        disk.thaw();
        writer.signal("CONT");
        timeline.add("the old host comes back");
        long woke = System.nanoTime();
        await(this::oldIsFenced, "the old host is fenced");
        timeline.add(
                "the old host refuses writes and says where the service is, after %d ms",
                (System.nanoTime() - woke) / 1_000_000);
        rest(Duration.ofSeconds(3));
        assertThat(members()).isEqualTo(before);
        assertNobodyTwice();
        assertThat(writer.stop()).as("a fenced host stops within 10 s").isTrue();
        Path list = Path.of("target/outage-salvage.txt").toAbsolutePath();
        Program.Result salvage =
                Program.run(
                        next.environment,
                        "todoku-migrate",
                        "salvage",
                        "--from",
                        data.toString(),
                        "--archive",
                        archive.url().toString(),
                        "--key-file",
                        next.key().toString(),
                        "--out",
                        list.toString());
        assertThat(salvage.status()).as(salvage.toString()).isZero();
        timeline.add(
                "salvage on the old disk: %s",
                salvage.out().strip().lines().reduce("", (a, b) -> b));
    }

    private void seeThePageTellOfTheNewHost(Instant lost) throws Exception {
        OutsideWatch.Seen now = outside.newest();
        assertThat(now.told().state()).isEqualTo("normal");
        assertThat(now.told().service()).hasToString("http://localhost:" + next.httpPort);
        List<OutsideWatch.Seen> life = outside.between(Instant.MIN, lost);
        assertThat(life.stream().map(OutsideWatch.Seen::age).max(Duration::compareTo).orElseThrow())
                .as("while it lived it was never called late")
                .isLessThan(Duration.ofSeconds(60));
        long epoch = 0;
        for (OutsideWatch.Seen seen : outside.between(Instant.MIN, Instant.now())) {
            assertThat(seen.told().epoch()).as("one voice").isGreaterThanOrEqualTo(epoch);
            epoch = seen.told().epoch();
        }
        outside.picture("story-moved", "通常どおり動いています");
        timeline.add("the status page tells of the new host, epoch %d", epoch);
    }

    private void report(Instant begun) throws Exception {
        Path page = Path.of("target/outage-report.html").toAbsolutePath();
        Program.Result made =
                Program.run(
                        next.environment,
                        "todoku-migrate",
                        "report",
                        "--archive",
                        archive.url().toString(),
                        "--key-file",
                        next.key().toString(),
                        "--data",
                        folder.resolve("new").toString(),
                        "--from",
                        begun.toString(),
                        "--out",
                        page.toString());
        assertThat(made.status()).as(made.toString()).isZero();
        JsonNode facts =
                new JsonMapper().readTree(page.resolveSibling("outage-report.json").toFile());
        List<String> states = new ArrayList<>();
        facts.get("events")
                .forEach(e -> states.add(e.get("kind").asText() + " " + e.get("state").asText()));
        assertThat(states).contains("storage slow", "storage stalled");
        assertThat(facts.get("runs")).as("the takeover is in it").isNotEmpty();
        assertThat(facts.get("writers").size()).isGreaterThanOrEqualTo(2);
        assertThat(page).content().contains("発生事象", "お客様への影響", "再発防止");
        timeline.add(
                "the report is on disk: %d recorded events, storage in trouble for %s s",
                facts.get("events").size(), facts.get("troubledSeconds"));
    }

    private void assertNobodyTwice() throws Exception {
        for (String message : List.of(urgent, ordinary)) {
            assertThat(received(message)).allSatisfy((id, count) -> assertThat(count).isEqualTo(1));
        }
    }

    private boolean oldIsFenced() {
        try {
            old.post("/api/v1/members", "{\"name\":\"だれか\"}");
            throw new AssertionError("the old host took a write");
        } catch (Exception e) {
            return String.valueOf(e.getMessage()).contains("fenced");
        }
    }

    private String storage() {
        try {
            return old.get("/api/v1/system").get("storage").get("state").asText();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static String everyone(String subject, boolean isUrgent) {
        return """
        {"subject":"%s","body":"本文です。","audience":{"everyone":true},"urgent":%s}
        """
                .formatted(subject, isUrgent);
    }

    private long mailsOf(String message) {
        return Deliveries.count(relay, message);
    }

    private Map<String, Integer> received(String message) {
        return Deliveries.received(relay, message);
    }

    private Map<String, List<String>> ledger(String message) throws Exception {
        return Deliveries.ledger(next, message);
    }

    private Set<String> members() throws Exception {
        Set<String> ids = new HashSet<>();
        next.all("/api/v1/members").forEach(item -> ids.add(item.get("id").asText()));
        return ids;
    }

    private static long p99(List<Long> values) {
        return values.stream().sorted().toList().get((values.size() - 1) * 99 / 100);
    }

    private static URI address(Host host) {
        return URI.create("http://127.0.0.1:" + host.httpPort);
    }

    private static void rest(Duration time) {
        LockSupport.parkNanos(time.toNanos());
    }

    private static void await(BooleanSupplier condition, String what) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            LockSupport.parkNanos(20_000_000);
        }
    }
}
