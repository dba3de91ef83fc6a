package org.todoku.appliance.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.todoku.appliance.delivery.Network.await;

import jakarta.mail.BodyPart;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.audience.Audience;
import org.todoku.appliance.member.MailCharset;
import org.todoku.appliance.message.Markup;
import org.todoku.appliance.message.MessageId;
import org.todoku.appliance.message.MessageState;
import org.todoku.appliance.message.NewMessage;
import org.todoku.appliance.message.WhenLate;

/** Mails as a relay gets them: late ones, those with HTML, and those for old phones. */
class MailFormsTest {
    private static final Instant PLANNED = Instant.parse("2026-11-27T05:05:00Z");
    private static final String BODY =
            """
            # 持ち物

            - 水筒<b>
            - [地図](https://example.jp/a?b=1&c=2)
            - ![写真](https://evil.example/x.png)
            - [x](javascript:alert(1))
            """;

    @TempDir Path dir;

    @SuppressWarnings("NullAway.Init")
    private FakeRelay relay;

    @SuppressWarnings("NullAway.Init")
    private Network network;

    @SuppressWarnings("NullAway.Init")
    private Dispatcher dispatcher;

    @BeforeEach
    void open() throws Exception {
        relay = new FakeRelay((stage, to) -> FakeRelay.ok(stage));
        network = new Network(dir, relay.relay(1));
        network.member("a@example.jp");
        dispatcher = network.dispatcher(Durability.LOCAL);
    }

    @AfterEach
    void close() throws InterruptedException {
        assertThat(dispatcher.stop(Duration.ofSeconds(10))).isTrue();
        assertThat(relay.violations()).isEmpty();
        relay.close();
        network.close();
    }

    @Test
    void whatIsLateSaysSoAndWhenItShouldHaveCome() throws Exception {
        network.goAhead(Duration.between(Instant.now(), PLANNED.plus(Duration.ofHours(3))));
        MessageId marked = send(message("運動会", "延期です。", WhenLate.MARK, Markup.PLAIN));
        MessageId dropped = send(message("下校", "いま出ました。", WhenLate.DROP, Markup.PLAIN));
        dispatcher.start();
        await(() -> state(dropped) == MessageState.EXPIRED && state(marked) == MessageState.SENT);

        assertThat(relay.taken()).hasSize(1);
        MimeMessage mail = mail(0);
        assertThat(mail.getSubject()).isEqualTo("【遅れて届いたお知らせ】運動会");
        assertThat(mail.getContent().toString())
                .startsWith("遅れて届いたお知らせです。本来は 11月27日(金) 14:05 にお送りするはずでした。\r\n\r\n延期です。");
        assertThat(network.ledger.counts(marked).handedOver()).isEqualTo(1);
        assertThat(network.ledger.counts(dropped).expired()).isEqualTo(1);
    }

    @Test
    void whatIsDeferredBeyondItsTimeIsSentLate() throws Exception {
        relay.close();
        network.goAhead(Duration.between(Instant.now(), PLANNED.plusSeconds(60)));
        MessageId id = send(message("運動会", "延期です。", WhenLate.MARK, Markup.PLAIN));
        dispatcher.start();
        await(() -> dispatcher.status().lastProblem().isPresent());
        assertThat(dispatcher.stop(Duration.ofSeconds(10))).isTrue();

        relay = new FakeRelay((stage, to) -> FakeRelay.ok(stage));
        network.close();
        network = new Network(dir, relay.relay(1));
        network.goAhead(Duration.between(Instant.now(), PLANNED.plus(Duration.ofHours(3))));
        dispatcher = network.dispatcher(Durability.LOCAL);
        dispatcher.start();
        await(() -> state(id) == MessageState.SENT);
        assertThat(mail(0).getSubject()).startsWith("【遅れて届いたお知らせ】");
    }

    @Test
    void markdownIsSentAsTextAndAsSimpleHtml() throws Exception {
        MessageId id = send(message("遠足", BODY, WhenLate.DROP, Markup.MARKDOWN));
        dispatcher.start();
        await(() -> state(id) == MessageState.SENT);

        MimeMultipart both = (MimeMultipart) mail(0).getContent();
        assertThat(mail(0).getContentType()).startsWith("multipart/alternative");
        assertThat(both.getCount()).isEqualTo(2);
        BodyPart text = both.getBodyPart(0);
        BodyPart html = both.getBodyPart(1);
        assertThat(text.getContentType()).startsWith("text/plain; charset=utf-8");
        assertThat(text.getContent().toString())
                .startsWith("# 持ち物\r\n\r\n- 水筒<b>")
                .contains("http://localhost:8080/m/");
        assertThat(html.getContentType()).startsWith("text/html; charset=utf-8");
        assertThat(html.getContent().toString())
                .contains("持ち物</h1>", "水筒&lt;b&gt;", "href=\"https://example.jp/a?b=1&amp;c=2\"")
                .contains("<a href=\"http://localhost:8080/m/", "緑小学校 の連絡網")
                .doesNotContain("<img", "evil.example", "javascript:")
                .endsWith("</body></html>\r\n");
        assertThat(relay.taken().getFirst().text().lines().toList())
                .allMatch(line -> line.length() < 200);
    }

    @Test
    void anOldPhoneGetsWhatItCanRead() throws Exception {
        network.member("old@example.jp");
        var page = network.members.page(network.school.id(), "", Optional.empty());
        var old =
                page.items().stream()
                        .filter(member -> member.name().contains("old"))
                        .findFirst()
                        .orElseThrow();
        network.members.setCharset(network.school.id(), old.id(), MailCharset.ISO_2022_JP);
        String text = "①髙橋さん（㈱ﾊﾟﾙ）へ～😀\n" + "長".repeat(700) + "\n終わり。";
        MessageId id = send(message("運動会①", text, WhenLate.DROP, Markup.MARKDOWN));
        dispatcher.start();
        await(() -> state(id) == MessageState.SENT);

        FakeRelay.Taken taken =
                relay.taken().stream()
                        .filter(one -> one.recipient().equals("old@example.jp"))
                        .findFirst()
                        .orElseThrow();
        assertThat(taken.text()).contains("=?iso-2022-jp?B?").contains("charset=iso-2022-jp");
        assertThat(taken.text().chars().allMatch(c -> c < 128)).as("7 bits").isTrue();
        assertThat(taken.text().lines().toList()).allMatch(line -> line.length() < 998);
        MimeMessage mail = parse(taken);
        assertThat(mail.getSubject()).isEqualTo("運動会(1)");
        assertThat(mail.getContent().toString())
                .startsWith("(1)高橋さん（(株)パル）へ〜〓\r\n長長")
                .contains("終わり。", "http://localhost:8080/m/");
        assertThat(parse(other("a@example.jp")).getContentType()).startsWith("multipart/");
        assertThat(OldPhones.replaced(text))
                .containsEntry("①", "(1)")
                .containsEntry("髙", "高")
                .containsEntry("ﾊﾟ", "パ")
                .containsEntry("😀", "〓")
                .doesNotContainKey("橋");
    }

    /** The worst that 7 bits can be: each second character needs an escape before it. */
    @Test
    void noLineOfAnOldPhonesMailIsTooLongAndNoneEndsByHalf() {
        for (int length = 195; length <= 205; length++) {
            String text = "亜A".repeat(450) + "\r\n" + "亜".repeat(length) + "\r\nend\r\n";
            String sent = new String(OldPhones.bytes(text), StandardCharsets.ISO_8859_1);
            assertThat(sent.replace("\r\n", "")).doesNotContain("\r", "\n");
            assertThat(sent.split("\r\n")).allMatch(line -> line.length() <= 998);
            String read = new String(OldPhones.bytes(text), OldPhones.CHARSET);
            assertThat(read.replace("\r\n", "")).isEqualTo(text.replace("\r\n", ""));
            assertThat(read).contains("亜\r\nend\r\n");
        }
    }

    @Test
    void whatIsPlannedForAFullHourLeavesALittleLater() {
        Instant eight = Instant.parse("2030-01-01T23:00:00Z");
        Instant leaves = sendAt(at(eight, false));
        assertThat(leaves).isBetween(eight.plusSeconds(120), eight.plusSeconds(420));
        assertThat(leaves).isEqualTo(OffTheHour.of(network.school.id(), eight));
        assertThat(sendAt(at(eight, true))).as("urgent").isEqualTo(eight);
        assertThat(sendAt(at(eight.plusSeconds(600), false))).isEqualTo(eight.plusSeconds(600));
    }

    private NewMessage at(Instant time, boolean urgent) {
        return new NewMessage(
                "件名", "本文", new Audience.Everyone(), urgent, Optional.of(time), Optional.empty());
    }

    private Instant sendAt(NewMessage message) {
        return network.messages.find(send(message)).orElseThrow().sendAt();
    }

    private static NewMessage message(String subject, String body, WhenLate late, Markup markup) {
        return new NewMessage(
                subject,
                body,
                new Audience.Everyone(),
                false,
                Optional.of(markup == Markup.PLAIN ? PLANNED : Instant.now()),
                markup == Markup.PLAIN ? Optional.of(PLANNED.plusSeconds(600)) : Optional.empty(),
                List.of(),
                Optional.empty(),
                late,
                markup,
                Optional.empty());
    }

    private MessageId send(NewMessage message) {
        return network.sending.send(network.school.id(), "test", message, Optional.empty());
    }

    private MessageState state(MessageId id) {
        return network.messages.find(id).orElseThrow().state();
    }

    private FakeRelay.Taken other(String recipient) {
        return relay.taken().stream()
                .filter(one -> one.recipient().equals(recipient))
                .findFirst()
                .orElseThrow();
    }

    private MimeMessage mail(int place) throws Exception {
        return parse(relay.taken().get(place));
    }

    private static MimeMessage parse(FakeRelay.Taken taken) throws Exception {
        return new MimeMessage(
                Session.getInstance(new Properties()),
                new ByteArrayInputStream(taken.text().getBytes(StandardCharsets.ISO_8859_1)));
    }
}
