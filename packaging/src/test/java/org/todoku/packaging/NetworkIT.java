package org.todoku.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.mail.Message;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scenes 3 and 4 of the first issue: a real set-up, a list from Excel, joining by empty mail. */
class NetworkIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir Path folder;

    @Test
    void importsAListAndTakesMembersByEmptyMail() throws Exception {
        Host host = new Host(folder.resolve("host"));
        Path data = folder.resolve("data");
        try (MailServer relay = MailServer.start()) {
            host.configure(Optional.empty(), relay.port(), 200);
            host.setUp(data);
            long begun = System.nanoTime();
            try (Program server = host.serve(data)) {
                System.out.printf(
                        "figure: the server is ready after %.1f s%n",
                        (System.nanoTime() - begun) / 1e9);
                importTheList(host);
                joinAndLeave(host, relay);
                System.out.printf("figure: memory at rest %d MB%n", server.residentMegabytes());
                assertThat(server.stop()).as("SIGTERM stops within 10 s").isTrue();
            }
        }
    }

    private static void importTheList(Host host) throws Exception {
        long begun = System.nanoTime();
        JsonNode report = host.post("/api/v1/members/import", "text/csv", SchoolRoster.file());
        System.out.printf(
                "figure: import of %d lines took %.1f s%n",
                SchoolRoster.FAMILIES, (System.nanoTime() - begun) / 1e9);
        assertThat(report.get("created").asInt()).isEqualTo(SchoolRoster.FAMILIES);
        assertThat(report.get("skipped").asInt()).isEqualTo(3);
        List<String> problems = new ArrayList<>();
        report.get("problems")
                .forEach(p -> problems.add(p.get("line").asInt() + " " + p.get("reason").asText()));
        assertThat(problems)
                .anyMatch(p -> p.startsWith(SchoolRoster.DUPLICATE_LINE + " "))
                .anyMatch(p -> p.startsWith(SchoolRoster.BROKEN_LINE + " "))
                .anyMatch(p -> p.startsWith(SchoolRoster.BAD_ADDRESS_LINE + " "));
        JsonNode found = host.get("/api/v1/members?query=" + Host.encoded("髙橋")).get("items");
        assertThat(found).isNotEmpty();
        assertThat(found.get(0).get("kana").asText()).startsWith("タカハシ");
        assertThat(found.toString()).doesNotContain("@");
        JsonNode again = host.post("/api/v1/members/import", "text/csv", SchoolRoster.file());
        assertThat(again.get("created").asInt()).isZero();
    }

    private static void joinAndLeave(Host host, MailServer relay) throws Exception {
        String newcomer = "newcomer@docomo.ne.jp";
        mail(host, newcomer, "", "");
        MailServer.Mail thanks = awaitMail(relay, newcomer, 1);
        assertThat(thanks.content().getHeader("Auto-Submitted", null)).isEqualTo("auto-replied");
        String link = link(thanks);
        var page = host.page(link);
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).contains("<form");
        // Known by no part of the address, which administrators are not shown.
        assertThat(unnamed(host)).hasSize(1);
        mail(host, newcomer, "", "iPhoneから送信");
        MailServer.Mail already = awaitMail(relay, newcomer, 2);
        assertThat(already.text()).isNotEqualTo(thanks.text());
        mail(host, newcomer, "", "退会");
        awaitMail(relay, newcomer, 3);
        assertThat(unnamed(host)).isEmpty();
        String message =
                """
                {"subject":"だれにでも","body":"本文","audience":{"everyone":true}}
                """;
        String id = host.post("/api/v1/messages", message).get("id").asText();
        await(() -> state(host, id).equals("sent"), "the message is sent");
        assertThat(host.get("/api/v1/messages/" + id).get("counts").get("handedOver").asInt())
                .isEqualTo(SchoolRoster.addresses());
        assertThat(relay.mailsTo(newcomer)).hasSize(3);
        assertThat(relay.mailsTo("abc..def.@docomo.ne.jp")).hasSize(1);
    }

    private static JsonNode unnamed(Host host) throws Exception {
        return host.get("/api/v1/members?query=" + Host.encoded("未登録")).get("items");
    }

    private static String state(Host host, String id) {
        try {
            return host.get("/api/v1/messages/" + id).get("state").asText();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void mail(Host host, String from, String subject, String body) throws Exception {
        Properties properties = new Properties();
        properties.put("mail.smtp.host", "127.0.0.1");
        properties.put("mail.smtp.port", String.valueOf(host.smtpPort));
        MimeMessage message = new MimeMessage(Session.getInstance(properties));
        message.setFrom(new InternetAddress(from));
        message.setRecipient(Message.RecipientType.TO, new InternetAddress("aoba@example.jp"));
        message.setSubject(subject, "UTF-8");
        message.setText(body, "UTF-8");
        Transport.send(message);
    }

    private static MailServer.Mail awaitMail(MailServer relay, String to, int count) {
        await(() -> relay.mailsTo(to).size() >= count, count + " mails to " + to);
        return relay.mailsTo(to).get(count - 1);
    }

    private static String link(MailServer.Mail mail) throws Exception {
        Matcher matcher = Pattern.compile("http://localhost:\\d+/m/\\S+").matcher(mail.text());
        assertThat(matcher.find()).as(mail.text()).isTrue();
        return matcher.group();
    }

    private static void await(BooleanSupplier condition, String what) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
        }
    }
}
