package org.todoku.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.backup.objects.StoreLocation;

/** What comes along in a planned move: files, and mail that arrives just then; over https. */
class MoveAlongIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final byte[] PDF =
            "%PDF-1.4\n% a notice that must come along\n%%EOF\n"
                    .getBytes(StandardCharsets.US_ASCII);

    @TempDir Path folder;

    private MailServer relay;

    @BeforeEach
    void begin() {
        relay = MailServer.start();
    }

    @AfterEach
    void end() {
        relay.close();
    }

    @Test
    void filesAndMailComeAlongOverHttpsWithAnAuthorityOfOnesOwn() throws Exception {
        StoreLocation archive = StoreLocation.of(folder.resolve("archive").toUri().toString());
        Certified own = Certified.in(folder.resolve("own"));
        Host old = new Host(folder.resolve("old"));
        old.secure(own);
        old.configure(Optional.of(archive), relay.port(), 100);
        Path oldData = folder.resolve("old-data");
        old.setUp(oldData);
        Host next = new Host(folder.resolve("next"));
        next.configure(Optional.of(archive), relay.port(), 100);
        Files.copy(old.key(), next.key());
        next.succeeds(old);
        Files.writeString(next.folder.resolve("token"), old.token() + "\n");
        try (Program writer = old.serve(oldData)) {
            old.post("/api/v1/members", "{\"name\":\"親\",\"emails\":[\"parent@example.com\"]}");
            String file =
                    old.post("/api/v1/attachments?name=notice.pdf", "application/octet-stream", PDF)
                            .get("id")
                            .asText();
            Program.Result untrusted =
                    Program.run(next.environment, "todoku-migrate", words(old, next, List.of()));
            assertThat(untrusted.status()).as(untrusted.toString()).isEqualTo(1);
            assertThat(untrusted.err()).contains("did not answer");
            try (Knocking mail = new Knocking(old.smtpPort);
                    Program moved =
                            Program.start(
                                    next.environment,
                                    "ready http",
                                    "todoku-migrate",
                                    words(
                                            old,
                                            next,
                                            List.of("--ca", own.certificate().toString())))) {
                LockSupport.parkNanos(Duration.ofSeconds(2).toNanos());
                List<String> answers = mail.stop();
                judge(next, answers);
                next.post(
                        "/api/v1/messages",
                        """
                        {"subject":"お知らせ","body":"添付をご覧ください。","audience":{"everyone":true},
                         "attachments":[{"id":"%s","name":"notice.pdf"}]}
                        """
                                .formatted(file));
                await(() -> hasFile("parent@example.com"), "the mail with the file");
                assertThat(moved.output()).contains("the old host sends on");
            }
            assertThat(writer.output()).contains("ready https");
        }
    }

    /**
     * The pause alone, as the new host asks for it: who brings mail in it is told to come again.
     */
    @Test
    void whileWritersWaitMailIsToldToComeAgainAndNobodyIsRefusedAtTheDoor() throws Exception {
        StoreLocation archive = StoreLocation.of(folder.resolve("archive").toUri().toString());
        Host old = new Host(folder.resolve("old"));
        old.configure(Optional.of(archive), relay.port(), 100);
        Path oldData = folder.resolve("old-data");
        old.setUp(oldData);
        try (Program writer = old.serve(oldData)) {
            old.post("/api/v1/move/pause", "{}");
            old.post("/api/v1/move/hold", "{}");
            List<String> held;
            try (Knocking mail = new Knocking(old.smtpPort)) {
                LockSupport.parkNanos(Duration.ofSeconds(2).toNanos());
                assertThat(old.get("/api/v1/members").get("items")).isEmpty();
                held = mail.stop();
            }
            assertThat(held).isNotEmpty().allMatch(line -> line.startsWith("451"));
            System.out.printf(
                    "figure: mail that came in while writers waited: %d told to come again, 0"
                            + " refused at the door%n",
                    held.size());
            old.post("/api/v1/move/release", "{}");
            List<String> after;
            try (Knocking mail = new Knocking(old.smtpPort)) {
                LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
                after = mail.stop();
            }
            assertThat(after).isNotEmpty().allMatch(line -> line.startsWith("250"));
            await(() -> members(old) == after.size(), "who came again is a member, once");
            assertThat(writer.output()).contains("ready");
        }
    }

    /** Never refused at the door; what was taken is there, what was not is told to come again. */
    private static void judge(Host next, List<String> answers) throws Exception {
        long taken = answers.stream().filter(line -> line.startsWith("250")).count();
        long later = answers.stream().filter(line -> line.startsWith("451")).count();
        System.out.printf(
                "figure: mail that came in during a move: %d taken, %d told to come again, %d lost%n",
                taken, later, answers.size() - taken - later);
        assertThat(answers).allMatch(line -> line.startsWith("250") || line.startsWith("451"));
        assertThat(taken).isPositive();
        assertThat(later).isPositive();
        await(() -> members(next) == taken + 1, "everybody whose mail was taken is a member");
    }

    private boolean hasFile(String address) {
        return relay.mailsTo(address).stream()
                .anyMatch(
                        mail -> {
                            try {
                                var raw = new ByteArrayOutputStream();
                                mail.content().writeTo(raw);
                                String body = raw.toString(StandardCharsets.US_ASCII);
                                String wanted = java.util.Base64.getEncoder().encodeToString(PDF);
                                return body.replaceAll("\\s", "").contains(wanted)
                                        || body.contains("must come along");
                            } catch (Exception e) {
                                throw new IllegalStateException(e);
                            }
                        });
    }

    private String[] words(Host old, Host next, List<String> more) {
        List<String> words =
                new java.util.ArrayList<>(
                        List.of(
                                "move",
                                "--from",
                                old.address().toString(),
                                "--token-file",
                                next.folder.resolve("token").toString(),
                                "--data",
                                folder.resolve("next-data").toString(),
                                "--config",
                                next.config().toString()));
        words.addAll(more);
        return words.toArray(String[]::new);
    }

    private static int members(Host host) {
        try {
            int count = 0;
            String page = "";
            do {
                var answer = host.get("/api/v1/members" + (page.isEmpty() ? "" : "?page=" + page));
                count += answer.get("items").size();
                page = answer.path("next").asText("");
            } while (!page.isEmpty() && !page.equals("null"));
            return count;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void await(BooleanSupplier condition, String what) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            LockSupport.parkNanos(50_000_000);
        }
    }
}
