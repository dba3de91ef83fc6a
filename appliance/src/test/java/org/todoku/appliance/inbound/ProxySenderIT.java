package org.todoku.appliance.inbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.todoku.appliance.delivery.Network.await;

import jakarta.mail.internet.MimeUtility;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.james.jdkim.DKIMSigner;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.audience.Audience;
import org.todoku.appliance.delivery.Dispatcher;
import org.todoku.appliance.delivery.Durability;
import org.todoku.appliance.delivery.FakeRelay;
import org.todoku.appliance.delivery.Network;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.names.Bind;
import org.todoku.appliance.names.Names;

/** Who sends to everyone by a mail, with real signatures and names from a real name server. */
@SuppressWarnings("NullAway.Init")
class ProxySenderIT {
    private static final Duration STOP = Duration.ofSeconds(10);
    private static final String COACH = "coach@phone.example";
    private static final String SIGNED = "From:To:Subject:Date:Message-ID";

    @TempDir Path dir;
    private Bind bind;
    private FakeRelay relay;
    private Network network;
    private Dispatcher dispatcher;
    private InboundMail inbound;
    private KeyPair key;
    private String secret = "";
    private int mails;

    @BeforeEach
    void start() throws Exception {
        assumeTrue(Bind.isInstalled(), "SKIPPED: needs bind9");
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        key = generator.generateKeyPair();
        String record = record(key);
        bind =
                Bind.start(
                        dir.resolve("bind"),
                        Map.of(
                                "phone.example",
                                "@ IN TXT \"v=spf1 ip4:203.0.113.7 -all\"\n"
                                        + "_dmarc IN TXT \"v=DMARC1; p=reject\"\n"
                                        + "s1._domainkey IN TXT "
                                        + record
                                        + "\n"
                                        + "ed._domainkey IN TXT \"v=DKIM1; k=ed25519; p="
                                        + Elsewhere.PUBLIC
                                        + "\"\n",
                                "evil.example",
                                "@ IN TXT \"v=spf1 ip4:198.51.100.9 -all\"\n"
                                        + "s1._domainkey IN TXT "
                                        + record
                                        + "\n"));
        relay = new FakeRelay((stage, to) -> FakeRelay.ok(stage));
        network = new Network(dir.resolve("todoku"), relay.relay(2));
        network.member("hanako@example.jp");
        network.member("taro@example.jp");
        dispatcher = network.dispatcher(Durability.LOCAL);
        dispatcher.start();
        inbound = Rig.inbound(network, Names.at(Optional.of(bind.at())));
        inbound.start();
        secret =
                inbound.proxySenders()
                                .register(
                                        network.school.id(),
                                        new ProxySenders.Registration(
                                                EmailAddress.of(COACH),
                                                "監督",
                                                new Audience.Everyone(),
                                                true))
                                .local("midori")
                        + "@todoku.example";
    }

    @AfterEach
    void stop() throws Exception {
        if (bind != null) {
            assertThat(inbound.stop(STOP)).isTrue();
            assertThat(dispatcher.stop(STOP)).isTrue();
            network.close();
            relay.close();
            bind.close();
        }
    }

    @Test
    void aSignedMailToTheSecretAddressGoesToEverybodyOnce() throws Exception {
        byte[] mail = sign(mail(COACH, secret, "練習は中止です", "雨のため中止します。"), "phone.example", SIGNED);
        arrives(COACH, secret, mail, "127.0.0.1");
        await(() -> sentTo("hanako@example.jp") == 1 && sentTo("taro@example.jp") == 1);
        assertThat(states()).containsExactly("sent");
        await(() -> sentTo(COACH) == 1);

        // The same mail under another Message-ID, which is not always signed.
        arrives(COACH, secret, mail, "127.0.0.1");
        await(() -> states().size() == 2 && !states().contains("new"));
        assertThat(states()).containsExactly("sent", "refused");
        assertThat(lastResult()).contains("前に送信");
        assertThat(messages()).isEqualTo(1);
    }

    @Test
    void theHostThatSpfNamesIsProofToo() throws Exception {
        byte[] mail = bytes(mail(COACH, secret, "集合は9時", "校庭です。"));
        arrives(COACH, secret, mail, "203.0.113.7");
        await(() -> states().equals(List.of("sent")));
        // And another host is none, nor an envelope of another domain.
        arrives(COACH, secret, bytes(mail(COACH, secret, "にせ1", "x")), "198.51.100.9");
        arrives("x@evil.example", secret, bytes(mail(COACH, secret, "にせ2", "x")), "198.51.100.9");
        await(() -> states().equals(List.of("sent", "refused", "refused")));
        assertThat(messages()).isEqualTo(1);
        assertThat(lastResult()).contains("SPF: the envelope is from another domain");
    }

    @Test
    void whatIsForgedSendsNothingAndSaysWhy() throws Exception {
        String plain = mail(COACH, secret, "休校です", "本文");
        String[][] forged = {
            {"no signature", plain},
            {"bodyhash", text(sign(plain, "phone.example", SIGNED)).replace("5pys", "5pyt")},
            {
                "verify",
                text(sign(plain, "phone.example", SIGNED)).replace("Subject: ", "Subject: !")
            },
            {"not by phone.example", text(sign(plain, "evil.example", SIGNED))},
            {"not all signed", text(sign(plain, "phone.example", "From:To"))},
            {"not all of the body", text(sign(plain, "phone.example", SIGNED, "; l=4"))},
            {
                "登録した送信者のアドレスからではありません",
                "From: x@evil.example\r\n" + text(sign(plain, "phone.example", SIGNED))
            },
            {"2 headers Subject", "Subject: y\r\n" + text(sign(plain, "phone.example", SIGNED))},
            {"自動で", sign2("Auto-Submitted: auto-replied\r\n" + plain)},
        };
        for (int i = 0; i < forged.length; i++) {
            int number = i + 1;
            arrives(COACH, secret, forged[i][1].getBytes(StandardCharsets.ISO_8859_1), "127.0.0.1");
            await(() -> states().size() == number && !states().contains("new"));
            assertThat(states().getLast()).as(forged[i][0]).isEqualTo("refused");
            assertThat(lastResult()).contains(forged[i][0]);
        }
        assertThat(messages()).isZero();
        assertThat(inbound.proxySenders().attempts(network.school.id()))
                .hasSize(forged.length)
                .noneMatch(ProxySenders.Attempt::sent)
                .noneMatch(attempt -> attempt.result().contains(COACH));
        // The registered address hears of it, and nobody else does.
        await(() -> sentTo(COACH) > 0);
        assertThat(relay.taken()).allMatch(mail -> mail.recipient().equals(COACH));
    }

    /** What another program than ours has signed in the newer way (RFC 8463). */
    @Test
    void aSignatureByEd25519CountsToo() throws Exception {
        String plain = mail(COACH, secret, "集合時間", "8時に変わりました。");
        String signed = text(Elsewhere.sign(bytes(plain), "ed", "phone.example"));
        assertThat(signed).contains("a=ed25519-sha256");
        arrives(COACH, secret, bytes(signed.replace("Subject: ", "Subject: !")), "127.0.0.1");
        String other = signed.replace("base64\r\n\r\n", "base64\r\n\r\nAAAA");
        assertThat(other).isNotEqualTo(signed);
        arrives(COACH, secret, bytes(other), "127.0.0.1");
        await(() -> states().equals(List.of("refused", "refused")));
        assertThat(messages()).isZero();
        arrives(COACH, secret, bytes(signed), "127.0.0.1");
        await(() -> states().equals(List.of("refused", "refused", "sent")));
        await(() -> sentTo("hanako@example.jp") == 1);
    }

    @Test
    void picturesAndPdfsGoOnAndWhatDoesNotIsSaid() throws Exception {
        String sent =
                withFiles(
                        mail(COACH, secret, "地図", "地図です。"),
                        "ずかん.png",
                        "b.exe",
                        "c.pdf",
                        "d.jpg",
                        "e.jpg",
                        "f.jpg",
                        "g.jpg");
        arrives(COACH, secret, sign(sent, "phone.example", SIGNED), "127.0.0.1");
        await(() -> states().equals(List.of("sent")));
        assertThat(files()).containsExactly("ずかん.png", "c.pdf", "d.jpg", "e.jpg", "f.jpg");
        await(() -> sentTo("hanako@example.jp") == 1 && sentTo(COACH) == 1);
        assertThat(taken("hanako@example.jp"))
                .contains("image/png", "application/pdf", "c.pdf")
                .doesNotContain("b.exe");
        String said =
                new String(
                        Base64.getMimeDecoder().decode(taken(COACH).split("\r\n\r\n", 2)[1]),
                        StandardCharsets.UTF_8);
        assertThat(said)
                .contains("送信する添付ファイル: ずかん.png", "送信する添付ファイル: f.jpg")
                .contains("送信しない添付ファイル: b.exe（送れるのは画像とPDFだけです）")
                .contains("送信しない添付ファイル: g.jpg（5つまでです）");
    }

    @Test
    void filesWaitForTheReplyWithTheirMail() throws Exception {
        String asking = "midori+send@todoku.example";
        String sent = withFiles(mail(COACH, asking, "地図", "地図です。"), "a.png", "b.exe");
        arrives(COACH, asking, sign(sent, "phone.example", SIGNED), "127.0.0.1");
        await(() -> states().equals(List.of("asked")) && sentTo(COACH) == 1);
        assertThat(files()).isEmpty();
        String to = "midori@todoku.example";
        String reply = mail(COACH, to, "Re: [" + code() + "]", "");
        arrives(COACH, to, sign(reply, "phone.example", SIGNED), "127.0.0.1");
        await(() -> states().equals(List.of("asked", "sent")));
        assertThat(files()).containsExactly("a.png");
        await(() -> sentTo("hanako@example.jp") == 1);
        assertThat(taken("hanako@example.jp")).contains("a.png");
    }

    /** What each name says it is, or a program. */
    private static String withFiles(String mail, String... names) throws Exception {
        int at = mail.indexOf("Content-Type:");
        StringBuilder whole =
                new StringBuilder(mail.substring(0, at))
                        .append(
                                "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b1\r\n\r\n--b1\r\n")
                        .append(mail.substring(at));
        for (String name : names) {
            String head =
                    switch (name.substring(name.length() - 3)) {
                        case "png" -> "\u0089PNG\r\n\u001a\n";
                        case "pdf" -> "%PDF-1.4 ";
                        case "jpg" -> "\u00ff\u00d8\u00ff" + name;
                        default -> "MZ";
                    };
            whole.append(
                            "--b1\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=\"")
                    .append(MimeUtility.encodeWord(name, "UTF-8", "B"))
                    .append("\"\r\nContent-Transfer-Encoding: base64\r\n\r\n")
                    .append(Base64.getEncoder().encodeToString(bytes(head)))
                    .append("\r\n");
        }
        return whole.append("--b1--\r\n").toString();
    }

    private List<String> files() {
        return network.database.read(
                tx ->
                        tx.query(
                                "SELECT name FROM attachment ORDER BY place",
                                row -> row.text("name")));
    }

    private String taken(String address) {
        return relay.taken().stream()
                .filter(mail -> mail.recipient().equals(address))
                .findFirst()
                .orElseThrow()
                .text();
    }

    /** Who found the secret address but is not its owner, with a good signature of their own. */
    @Test
    void theSecretAloneIsNotEnough() throws Exception {
        String other = "thief@evil.example";
        arrives(
                other,
                secret,
                sign(mail(other, secret, "x", "y"), "evil.example", SIGNED),
                "127.0.0.1");
        await(() -> states().equals(List.of("refused")));
        assertThat(lastResult()).contains("登録した送信者のアドレスからではありません");
        assertThat(messages()).isZero();
    }

    @Test
    void withoutTheSecretAReplyConfirms() throws Exception {
        asksToSend();
        await(() -> states().equals(List.of("asked")) && sentTo(COACH) == 1);
        assertThat(messages()).isZero();
        String code = code();
        String to = "midori@todoku.example";
        String reply = mail(COACH, to, "Re: 送信の確認 [" + code + "]", "");
        // Whoever cannot prove who they are confirms nothing, even with the code.
        arrives(COACH, to, bytes(reply), "198.51.100.9");
        await(() -> states().equals(List.of("asked", "refused")));
        assertThat(messages()).isZero();
        arrives(COACH, to, sign(reply, "phone.example", SIGNED), "127.0.0.1");
        await(() -> states().equals(List.of("asked", "refused", "sent")));
        await(() -> sentTo("hanako@example.jp") == 1);
        assertThat(messages()).isEqualTo(1);
    }

    @Test
    void aReplyAfterADayIsTooLate() throws Exception {
        asksToSend();
        await(() -> states().equals(List.of("asked")));
        String code = code();
        network.goAhead(Duration.ofHours(25));
        String to = "midori@todoku.example";
        String reply = mail(COACH, to, "Re: [" + code + "]", "");
        arrives(COACH, to, sign(reply, "phone.example", SIGNED), "127.0.0.1");
        await(() -> states().equals(List.of("asked", "refused")));
        assertThat(messages()).isZero();
    }

    @Test
    void theRightIsTakenAwayAndNobodyHasItTwice() throws Exception {
        var sender = inbound.proxySenders().list(network.school.id()).getFirst();
        assertThatThrownBy(
                        () ->
                                inbound.proxySenders()
                                        .register(
                                                network.school.id(),
                                                new ProxySenders.Registration(
                                                        sender.address(),
                                                        "別名",
                                                        new Audience.Everyone(),
                                                        false)))
                .isInstanceOf(FaultException.class)
                .hasMessageContaining("registered already");
        assertThat(inbound.proxySenders().remove(network.school.id(), sender.id())).isTrue();
        arrives(
                COACH,
                secret,
                sign(mail(COACH, secret, "x", "y"), "phone.example", SIGNED),
                "127.0.0.1");
        await(() -> states().equals(List.of("inquiry")));
        assertThat(messages()).isZero();
    }

    private static String record(KeyPair pair) {
        String p = Base64.getEncoder().encodeToString(pair.getPublic().getEncoded());
        String all = "v=DKIM1; k=rsa; p=" + p;
        return "\"" + all.substring(0, 200) + "\" \"" + all.substring(200) + "\"";
    }

    private String mail(String from, String to, String subject, String text) {
        String coded =
                "=?UTF-8?B?"
                        + Base64.getEncoder()
                                .encodeToString(subject.getBytes(StandardCharsets.UTF_8))
                        + "?=";
        return "From: "
                + from
                + "\r\nTo: "
                + to
                + "\r\nSubject: "
                + coded
                + "\r\nDate: Thu, 26 Nov 2026 10:00:00 +0900\r\nMessage-ID: <"
                + mails++
                + "@phone.example>\r\nContent-Type: text/plain; charset=utf-8\r\n"
                + "Content-Transfer-Encoding: base64\r\n\r\n"
                + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8))
                + "\r\n";
    }

    private byte[] sign(String mail, String domain, String headers) throws Exception {
        return sign(mail, domain, headers, "");
    }

    private byte[] sign(String mail, String domain, String headers, String more) throws Exception {
        String template =
                "v=1; a=rsa-sha256; c=relaxed/relaxed; d="
                        + domain
                        + "; s=s1; h="
                        + headers
                        + more
                        + "; bh=; b=;";
        String header =
                new DKIMSigner(template, key.getPrivate())
                        .sign(new java.io.ByteArrayInputStream(bytes(mail)));
        return bytes(header + "\r\n" + mail);
    }

    private String sign2(String mail) throws Exception {
        return text(sign(mail, "phone.example", SIGNED));
    }

    /** Without the secret: it is asked back. */
    private void asksToSend() throws Exception {
        String asking = "midori+send@todoku.example";
        arrives(
                COACH,
                asking,
                sign(mail(COACH, asking, "明日は休み", "休みます"), "phone.example", SIGNED),
                "127.0.0.1");
    }

    private String code() {
        return network.database.<String>read(
                tx ->
                        tx.queryOne("SELECT code FROM proxy_draft", row -> row.text("code"))
                                .orElseThrow());
    }

    private static byte[] bytes(String mail) {
        return mail.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String text(byte[] mail) {
        return new String(mail, StandardCharsets.ISO_8859_1);
    }

    private void arrives(String from, String to, byte[] mail, String ip) {
        long id = network.ids.next();
        Boolean stored =
                network.database.write(
                        tx ->
                                InboundStore.insert(
                                        tx,
                                        new InboundStore.Arrived(
                                                id,
                                                network.clock.instant(),
                                                from,
                                                to,
                                                "<" + id + "@x.example>",
                                                mail,
                                                new Intake.Client(ip, "phone.example")),
                                        network.school.id()));
        assertThat(stored).isTrue();
        inbound.wake();
    }

    private long sentTo(String address) {
        return relay.taken().stream().filter(mail -> mail.recipient().equals(address)).count();
    }

    private long messages() {
        return network.database.read(tx -> tx.count("SELECT COUNT(*) AS n FROM message"));
    }

    private List<String> states() {
        return network.database.read(
                tx ->
                        tx.query(
                                "SELECT state FROM inbound_mail ORDER BY id",
                                row -> row.text("state")));
    }

    private String lastResult() {
        return network.database.read(
                tx ->
                        tx.query(
                                        "SELECT result FROM inbound_mail ORDER BY id",
                                        row -> row.optionalText("result").orElse(""))
                                .getLast());
    }
}
