package org.todoku.appliance.inbound.mailbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.todoku.appliance.delivery.Network.await;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.delivery.Durability;
import org.todoku.appliance.delivery.FakeRelay;
import org.todoku.appliance.delivery.Network;
import org.todoku.appliance.inbound.InboundMail;
import org.todoku.appliance.inbound.Rig;
import org.todoku.appliance.kernel.Fault;

/** Mail that is taken from a mailbox of a real Dovecot. */
@SuppressWarnings("NullAway.Init")
class MailboxIT {
    private static final Duration STOP = Duration.ofSeconds(10);
    private static final Mailbox.Tempo BRISK =
            new Mailbox.Tempo(Duration.ofMinutes(5), Duration.ofMillis(200));

    @TempDir Path dir;
    private FakeRelay relay;
    private Network network;
    private InboundMail inbound;

    @BeforeEach
    void start() {
        assumeTrue(Dovecot.isInstalled(), "SKIPPED: needs root and Debian's dovecot-imapd");
        relay = new FakeRelay((stage, to) -> FakeRelay.ok(stage));
        network = new Network(dir.resolve("todoku"), relay.relay(2));
        inbound = Rig.inbound(network);
        inbound.start();
    }

    @AfterEach
    void stop() throws Exception {
        if (network != null) {
            assertThat(inbound.stop(STOP)).isTrue();
            network.close();
            relay.close();
        }
    }

    @Test
    void takesWhatArrivesOverTlsAndMarksItRead() throws Exception {
        try (Dovecot dovecot = Dovecot.start(dir.resolve("dovecot"), "")) {
            dovecot.deliver(empty("hanako@example.jp"));
            MailboxPlace place =
                    dovecot.at(
                            "localhost",
                            dovecot.tlsPort(),
                            MailboxPlace.Tls.IMPLICIT,
                            Dovecot.PASSWORD);
            Mailbox mailbox = open(place, trusting(dovecot.certificate()), Durability.LOCAL);
            await(() -> joined() == 1 && dovecot.with("S") == 1);
            assertThat(mailbox.status().connected()).isTrue();
            assertThat(mailbox.status().idle()).isTrue();

            // The server tells; nobody asks for five minutes.
            long begun = System.nanoTime();
            dovecot.deliver(empty("taro@example.jp"));
            await(() -> joined() == 2);
            System.out.printf(
                    "figure: a mail in the mailbox has joined its sender after %d ms (IDLE)%n",
                    (System.nanoTime() - begun) / 1_000_000);
            await(() -> dovecot.with("S") == 2);
            assertThat(mailbox.status().taken()).isEqualTo(2);
            assertThat(mailbox.status().lastMail()).isPresent();
            assertThat(mailbox.stop(STOP)).isTrue();
        }
    }

    @Test
    void startsTlsAndTrustsNobodyElse() throws Exception {
        try (Dovecot dovecot = Dovecot.start(dir.resolve("dovecot"), "")) {
            dovecot.deliver(empty("hanako@example.jp"));
            int port = dovecot.plainPort();
            MailboxPlace place =
                    dovecot.at("localhost", port, MailboxPlace.Tls.STARTTLS, Dovecot.PASSWORD);
            Mailbox strict =
                    open(place, (SSLSocketFactory) SSLSocketFactory.getDefault(), Durability.LOCAL);
            await(() -> strict.status().trouble().isPresent());
            assertThat(strict.status().connected()).isFalse();
            assertThat(strict.stop(STOP)).isTrue();
            assertThat(joined()).isZero();

            Mailbox mailbox = open(place, trusting(dovecot.certificate()), Durability.LOCAL);
            await(() -> joined() == 1);
            assertThat(mailbox.stop(STOP)).isTrue();
        }
    }

    /** Promise I5: the mailbox is the new host's, and what comes is for it to find. */
    @Test
    void aHostThatWasTakenOverLeavesEverythingUnread() throws Exception {
        try (Dovecot dovecot = Dovecot.start(dir.resolve("dovecot"), "")) {
            Mailbox mailbox = open(dovecot.plain());
            await(() -> mailbox.status().connected());
            network.database.gate().close(Fault.FENCED, "the service moved", "go there");
            dovecot.deliver(empty("hanako@example.jp"));
            await(() -> mailbox.status().trouble().isPresent());
            assertThat(mailbox.stop(STOP)).isTrue();

            Mailbox started = open(dovecot.plain());
            await(() -> started.status().trouble().isPresent());
            assertThat(started.status().trouble().orElseThrow().line()).contains("taken over");
            assertThat(started.stop(STOP)).isTrue();
            assertThat(dovecot.with("S")).isZero();
            assertThat(dovecot.with("F")).isZero();
            assertThat(joined()).isZero();
        }
    }

    @Test
    void asksAServerThatDoesNotTell() throws Exception {
        String without = "protocol imap {\n imap_capability = IMAP4rev1 LITERAL+\n}\n";
        try (Dovecot dovecot = Dovecot.start(dir.resolve("dovecot"), without)) {
            Mailbox mailbox = open(dovecot.plain());
            await(() -> mailbox.status().connected());
            assertThat(mailbox.status().idle()).isFalse();
            dovecot.deliver(empty("hanako@example.jp"));
            await(() -> joined() == 1 && dovecot.with("S") == 1);
            assertThat(mailbox.stop(STOP)).isTrue();
        }
    }

    @Test
    void comesBackWhenTheServerWasAwayAndWhenTheLineWasCut() throws Exception {
        try (Dovecot dovecot = Dovecot.start(dir.resolve("dovecot"), "");
                Line line = new Line(dovecot.plainPort())) {
            MailboxPlace place =
                    dovecot.at("127.0.0.1", line.port(), MailboxPlace.Tls.NONE, Dovecot.PASSWORD);
            Mailbox mailbox = open(place);
            await(() -> mailbox.status().connected());
            dovecot.stop();
            await(() -> !mailbox.status().connected());
            assertThat(mailbox.status().trouble()).isPresent();
            dovecot.restart();
            dovecot.deliver(empty("hanako@example.jp"));
            await(() -> joined() == 1);

            line.cut();
            dovecot.deliver(empty("taro@example.jp"));
            await(() -> joined() == 2);
            assertThat(mailbox.stop(STOP)).isTrue();
        }
    }

    /** What a death between storing and marking leaves: the line dies at the very mark. */
    @Test
    void storedAndNotMarkedItIsTakenAgainAndChangesNothing() throws Exception {
        try (Dovecot dovecot = Dovecot.start(dir.resolve("dovecot"), "");
                Line line = new Line(dovecot.plainPort())) {
            for (int i = 0; i < 5; i++) {
                dovecot.deliver(empty("m" + i + "@example.jp"));
            }
            // The last has no Message-ID: a digest stands in.
            dovecot.deliver("From: m5@example.jp\nTo: midori@todoku.example\n\n\n");
            line.cutAt(" STORE ");
            MailboxPlace place =
                    dovecot.at("127.0.0.1", line.port(), MailboxPlace.Tls.NONE, Dovecot.PASSWORD);
            Mailbox mailbox = open(place);
            await(() -> line.cuts() >= 2);
            assertThat(dovecot.with("S")).isZero();
            await(() -> joined() == 6);
            line.cutAt("");
            await(() -> dovecot.with("S") == 6);
            assertThat(stored()).isEqualTo(6);
            assertThat(answers()).isEqualTo(6);
            assertThat(mailbox.status().taken()).isEqualTo(6);
            assertThat(mailbox.stop(STOP)).isTrue();
        }
    }

    @Test
    void whatTheArchiveDoesNotHaveStaysUnread() throws Exception {
        AtomicBoolean archived = new AtomicBoolean();
        try (Dovecot dovecot = Dovecot.start(dir.resolve("dovecot"), "")) {
            dovecot.deliver(empty("hanako@example.jp"));
            Mailbox mailbox =
                    open(
                            dovecot.plain(),
                            (SSLSocketFactory) SSLSocketFactory.getDefault(),
                            timeout -> archived.get());
            await(() -> joined() == 1 && mailbox.status().trouble().isPresent());
            assertThat(dovecot.with("S")).isZero();
            archived.set(true);
            dovecot.deliver(empty("taro@example.jp"));
            await(() -> dovecot.with("S") == 2);
            assertThat(stored()).isEqualTo(2);
            assertThat(mailbox.stop(STOP)).isTrue();
        }
    }

    @Test
    void whatCannotBeTakenIsFlaggedAndHoldsUpNobody() throws Exception {
        network.organisations.create("別の会", "betsu");
        try (Dovecot dovecot = Dovecot.start(dir.resolve("dovecot"), "")) {
            dovecot.deliver("From: a@example.jp\nTo: nobody@elsewhere.example\n\nhello\n");
            dovecot.deliver(
                    "From: a@example.jp\nTo: midori@todoku.example\n\n"
                            + ("x".repeat(75) + "\n").repeat(140_000));
            dovecot.deliver("\0\0 no header at all \u001b$B\n");
            dovecot.deliver(empty("hanako@example.jp"));
            Mailbox mailbox = open(dovecot.plain());
            await(() -> joined() == 1 && dovecot.with("S") == 4);
            assertThat(dovecot.with("FS")).isEqualTo(3);
            assertThat(mailbox.status().setAside()).isEqualTo(3);
            assertThat(mailbox.status().trouble().orElseThrow().line()).contains("flagged");
            assertThat(mailbox.stop(STOP)).isTrue();
        }
    }

    @Test
    void aRefusedPasswordIsSaidAndNotTriedAgainAtOnce() throws Exception {
        try (Dovecot dovecot = Dovecot.start(dir.resolve("dovecot"), "")) {
            int port = dovecot.plainPort();
            Mailbox mailbox = open(dovecot.at("127.0.0.1", port, MailboxPlace.Tls.NONE, "wrong"));
            await(() -> mailbox.status().trouble().isPresent());
            assertThat(mailbox.status().trouble().orElseThrow().line())
                    .contains("refuses the sign-in");
            assertThat(mailbox.stop(STOP)).isTrue();
        }
    }

    private Mailbox open(MailboxPlace place) {
        return open(place, (SSLSocketFactory) SSLSocketFactory.getDefault(), Durability.LOCAL);
    }

    private Mailbox open(MailboxPlace place, SSLSocketFactory tls, Durability durability) {
        Mailbox mailbox =
                new Mailbox(
                        place,
                        new Mailbox.Parts(
                                Rig.intake(network), durability, network.clock, tls, inbound::wake),
                        BRISK);
        mailbox.start();
        return mailbox;
    }

    private static SSLSocketFactory trusting(Path certificate) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream in = Files.newInputStream(certificate)) {
            store.setCertificateEntry(
                    "server", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context.getSocketFactory();
    }

    private static String empty(String from) {
        return """
        Return-Path: <%1$s>
        From: %1$s
        To: midori@todoku.example
        Message-ID: <%1$s.1>
        Subject:

        """
                .formatted(from);
    }

    private long joined() {
        return network.members.counts(network.school.id()).joined();
    }

    private long stored() {
        return count("inbound_mail");
    }

    private long answers() {
        return count("outgoing_mail");
    }

    private long count(String table) {
        List<String> rows =
                network.database.read(
                        tx -> tx.query("SELECT id FROM " + table, row -> "" + row.longValue("id")));
        return rows.size();
    }
}
