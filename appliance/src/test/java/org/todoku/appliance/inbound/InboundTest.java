package org.todoku.appliance.inbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.todoku.appliance.delivery.Network.await;

import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.delivery.Dispatcher;
import org.todoku.appliance.delivery.Durability;
import org.todoku.appliance.delivery.FakeRelay;
import org.todoku.appliance.delivery.Network;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.member.Member;
import org.todoku.appliance.member.MemberState;

@SuppressWarnings("NullAway.Init")
class InboundTest {
    private static final Duration STOP = Duration.ofSeconds(10);
    private static final String TO = "midori@todoku.example";

    @TempDir Path dir;
    private FakeRelay relay;
    private Network network;
    private Dispatcher dispatcher;
    private InboundMail inbound;
    private SmtpListener listener;
    private int mails;

    @BeforeEach
    void start() {
        relay = new FakeRelay((stage, to) -> FakeRelay.ok(stage));
        network = new Network(dir, relay.relay(2));
        dispatcher = network.dispatcher(Durability.LOCAL);
        dispatcher.start();
        inbound = Rig.inbound(network);
        inbound.start();
        listener =
                new SmtpListener(
                        Rig.intake(network), new SmtpListener.Place("127.0.0.1", 0), inbound::wake);
        listener.start();
    }

    @AfterEach
    void stop() throws InterruptedException {
        listener.stop();
        assertThat(inbound.stop(STOP)).isTrue();
        assertThat(dispatcher.stop(STOP)).isTrue();
        network.close();
        assertThat(relay.violations()).isEmpty();
        relay.close();
    }

    @Test
    void anEmptyMailJoinsAndTheThanksHoldTheProfileLink() throws Exception {
        send("hanako@example.jp", "", "Sent from my iPhone\n");
        await(() -> relay.taken().size() == 1);

        Member hanako = member("hanako@example.jp").orElseThrow();
        MimeMessage thanks = sent(0);
        assertThat(thanks.getSubject()).isEqualTo("【緑小学校】登録しました");
        assertThat(thanks.getHeader("Auto-Submitted")).containsExactly("auto-replied");
        assertThat(relay.taken().getFirst().from()).isEmpty();
        String text = thanks.getContent().toString();
        assertThat(text).startsWith("緑小学校 の連絡網に登録しました。");
        String token = text.substring(text.indexOf("/m/") + 3).lines().findFirst().orElseThrow();
        assertThat(network.tokens.open("profile", token))
                .hasValueSatisfying(ids -> assertThat(ids).containsExactly(hanako.id().value()));
        assertThat(Joining.isUnnamed(hanako.name())).as(hanako.name()).isTrue();

        send("\"Hanako\" <HANAKO@example.jp>", "", "");
        await(() -> relay.taken().size() == 2);
        assertThat(sent(1).getSubject()).isEqualTo("【緑小学校】登録済みです");
    }

    @Test
    void leavesAndRejoins() throws Exception {
        network.member("taro@example.jp");
        byte[] jis = "「退会」 \n\n> 前のメール\n".getBytes(Charset.forName("ISO-2022-JP"));
        send(
                "taro@example.jp",
                "Re: 運動会",
                "Content-Type: text/plain; charset=iso-2022-jp\r\n",
                jis);
        await(() -> state("taro@example.jp") == MemberState.LEFT);
        await(() -> relay.taken().size() == 1);
        assertThat(sent(0).getSubject()).isEqualTo("【緑小学校】退会しました");

        send("taro@example.jp", "", "");
        await(() -> state("taro@example.jp") == MemberState.JOINED);
    }

    @Test
    void readsMicrosoftCharactersUnderAnIsoLabelAsAnInquiry() throws Exception {
        byte[] jis = "①番の㈱髙島屋です。1時間おくれます。".getBytes(Charset.forName("x-windows-50221"));
        send("yamada@example.jp", "欠席", "Content-Type: text/plain; charset=ISO-2022-JP\r\n", jis);
        Inquiries inquiries = new Inquiries(network.database);
        await(() -> inquiries.list(network.school.id()).size() == 1);

        Inquiry inquiry = inquiries.list(network.school.id()).getFirst();
        assertThat(inquiry.excerpt()).startsWith("①番の㈱髙島屋です。");
        assertThat(inquiry.subject()).isEqualTo("欠席");
        assertThat(member("yamada@example.jp")).isEmpty();
    }

    @Test
    void neverAnswersMachinesBouncesOrItself() throws Exception {
        send("auto@example.jp", "", "Auto-Submitted: auto-replied\r\n", new byte[0]);
        send("list@example.jp", "", "List-Id: <x.example.jp>\r\n", new byte[0]);
        send("other@todoku.example", "", "", new byte[0]);
        send("loop@example.jp", "", "Received: by x\r\n".repeat(31), new byte[0]);
        assertThat(transaction("", TO, mail("mailer-daemon@example.jp", "", "", new byte[0])))
                .startsWith("250");
        await(() -> states("new").isEmpty() && states("%").size() == 5);

        assertThat(states("%"))
                .containsExactlyInAnyOrder("ignored", "ignored", "loop", "loop", "bounce");
        assertThat(relay.taken()).isEmpty();
        assertThat(network.members.counts(network.school.id()).joined()).isZero();
    }

    @Test
    void answersOneAddressFiveTimesADay() throws Exception {
        for (int i = 0; i < 7; i++) {
            send("eager@example.jp", "", "");
        }
        await(() -> states("done").size() == 7);
        await(() -> relay.taken().size() >= 5);
        assertThat(
                        network.database.<Long>read(
                                tx -> tx.count("SELECT COUNT(*) AS n FROM outgoing_mail")))
                .isEqualTo(5);
    }

    @Test
    void theSameMailTwiceHasItsEffectOnce() throws Exception {
        byte[] mail = mail("twice@example.jp", "", "", new byte[0]);
        assertThat(transaction("twice@example.jp", TO, mail)).startsWith("250");
        assertThat(transaction("twice@example.jp", TO, mail)).startsWith("250");
        await(() -> member("twice@example.jp").isPresent() && states("new").isEmpty());
        assertThat(states("%")).hasSize(1);
    }

    @Test
    void refusesUnknownRecipientsAndOverlongMail() throws Exception {
        byte[] small = mail("a@example.jp", "", "", new byte[0]);
        assertThat(transaction("a@example.jp", "nobody@todoku.example", small)).startsWith("550");
        assertThat(transaction("a@example.jp", "midori@elsewhere.example", small))
                .startsWith("550");

        byte[] line = new byte[76];
        Arrays.fill(line, (byte) 'x');
        StringBuilder body = new StringBuilder();
        while (body.length() < Intake.MAX_BYTES) {
            body.append(new String(line, StandardCharsets.US_ASCII)).append("\r\n");
        }
        byte[] large =
                mail("a@example.jp", "", "", body.toString().getBytes(StandardCharsets.US_ASCII));
        assertThat(transaction("a@example.jp", TO, large)).startsWith("552");
        assertThat(states("%")).isEmpty();
    }

    @Test
    void keepsTheSenderWaitingWhileStorageRefuses() throws Exception {
        network.database.gate().close("the disk does not answer", "wait");
        String answer = transaction("a@example.jp", TO, mail("a@example.jp", "", "", new byte[0]));
        network.database.gate().open();
        assertThat(answer).startsWith("451");
    }

    private void send(String from, String subject, String text) throws IOException {
        send(
                from,
                subject,
                "Content-Type: text/plain; charset=utf-8\r\n",
                text.getBytes(StandardCharsets.UTF_8));
    }

    private void send(String from, String subject, String headers, byte[] body) throws IOException {
        String envelope =
                from.contains("<")
                        ? from.substring(from.indexOf('<') + 1, from.indexOf('>'))
                        : from;
        assertThat(transaction(envelope, TO, mail(from, subject, headers, body))).startsWith("250");
    }

    private byte[] mail(String from, String subject, String headers, byte[] body) {
        String word = Base64.getEncoder().encodeToString(subject.getBytes(StandardCharsets.UTF_8));
        String head =
                "From: "
                        + from
                        + "\r\nTo: "
                        + TO
                        + "\r\nMessage-ID: <"
                        + mails++
                        + "@example.jp>\r\nSubject: "
                        + (subject.isEmpty() ? "" : "=?UTF-8?B?" + word + "?=")
                        + "\r\n"
                        + headers
                        + "\r\n";
        byte[] start = head.getBytes(StandardCharsets.US_ASCII);
        byte[] all = Arrays.copyOf(start, start.length + body.length);
        System.arraycopy(body, 0, all, start.length, body.length);
        return all;
    }

    /** Speaks SMTP by hand; answers the reply that decided. */
    private String transaction(String from, String to, byte[] mail) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), listener.port());
                BufferedReader in =
                        new BufferedReader(
                                new InputStreamReader(
                                        socket.getInputStream(), StandardCharsets.US_ASCII))) {
            String greeting = in.readLine();
            assertThat(greeting).startsWith("220");
            for (String command :
                    List.of(
                            "HELO test",
                            "MAIL FROM:<" + from + ">",
                            "RCPT TO:<" + to + ">",
                            "DATA")) {
                socket.getOutputStream()
                        .write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
                String reply = String.valueOf(in.readLine());
                if (reply.startsWith("4") || reply.startsWith("5")) {
                    return reply;
                }
            }
            socket.getOutputStream().write(mail);
            socket.getOutputStream().write("\r\n.\r\n".getBytes(StandardCharsets.US_ASCII));
            return String.valueOf(in.readLine());
        }
    }

    private MimeMessage sent(int index) throws MessagingException {
        byte[] text = relay.taken().get(index).text().getBytes(StandardCharsets.US_ASCII);
        return new MimeMessage(
                Session.getInstance(new Properties()), new ByteArrayInputStream(text));
    }

    private Optional<Member> member(String address) {
        return network.members.byAddress(network.school.id(), EmailAddress.of(address));
    }

    private MemberState state(String address) {
        return member(address).orElseThrow().state();
    }

    private List<String> states(String pattern) {
        return network.database.read(
                tx ->
                        tx.query(
                                "SELECT state FROM inbound_mail WHERE state LIKE ?",
                                row -> row.text("state"),
                                pattern));
    }
}
