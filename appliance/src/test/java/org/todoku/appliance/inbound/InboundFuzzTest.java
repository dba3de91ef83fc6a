package org.todoku.appliance.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.todoku.appliance.Mangled;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.account.ServerSecret;
import org.todoku.appliance.account.SignedTokens;
import org.todoku.appliance.delivery.Network;
import org.todoku.appliance.delivery.bounce.BounceNotice;
import org.todoku.appliance.delivery.bounce.Refusals;
import org.todoku.appliance.delivery.bounce.ReturnPaths;
import org.todoku.appliance.inbound.proof.SenderProof;
import org.todoku.appliance.inbound.proof.SenderProofs;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.message.Survey;
import org.todoku.appliance.names.Names;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.survey.AnswerWords;

/** Whatever bytes arrive as mail, what comes out is a value of ours and no surprise. */
class InboundFuzzTest {
    private static final Path RESOURCES = Path.of("src/test/resources/org/todoku/appliance");
    private static final List<byte[]> SEEDS = seeds();
    private static final Survey SURVEY = new Survey(List.of("○ 参加", "× 不参加"));
    private static Optional<DatagramSocket> nobody = Optional.empty();
    private static final String CODE = "k7mpq3";
    private static Optional<Database> database = Optional.empty();
    private static Optional<Door> door = Optional.empty();

    /** Where newcomers come in, with a code. */
    private record Door(Joining joining, OrganisationId school) {}

    /** A name server that knows no name, at once. */
    @BeforeContainer
    static void startNames() throws IOException {
        Network network = new Network(Files.createTempDirectory("inbound-fuzz"));
        database = Optional.of(network.database);
        Joining joining = Rig.inbound(network).joining();
        joining.set(network.school.id(), new Joining.Rules(CODE, false));
        door = Optional.of(new Door(joining, network.school.id()));
        DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        nobody = Optional.of(socket);
        Thread.ofVirtual().start(() -> deny(socket));
    }

    @AfterContainer
    static void stopNames() {
        nobody.ifPresent(DatagramSocket::close);
        database.ifPresent(Database::close);
    }

    private static void deny(DatagramSocket socket) {
        byte[] buffer = new byte[1500];
        try {
            while (!socket.isClosed()) {
                DatagramPacket asked = new DatagramPacket(buffer, buffer.length);
                socket.receive(asked);
                buffer[2] |= (byte) 0x80;
                buffer[3] = 3;
                socket.send(asked);
            }
        } catch (IOException e) {
            assertThat(socket.isClosed()).isTrue();
        }
    }

    @Property(tries = 6000, shrinking = ShrinkingMode.OFF)
    void anyMailIsRead(@ForAll("mails") byte[] raw) {
        ReceivedMail mail = ReceivedMail.read(raw);
        assertThat(mail.text()).isNotNull();
        assertThat(Intent.of(mail.subject(), mail.text())).isNotNull();
        assertThat(Letterhead.read(raw).sender()).isNotNull();
        var found = AnswerWords.find(SURVEY, Intent.ownLines(mail.text()));
        assertThat(found.place().isPresent() || !found.why().isEmpty()).isTrue();
    }

    @Property(tries = 4000, shrinking = ShrinkingMode.OFF)
    void anyNoticeAndAnyComplaintIsOneOrNone(@ForAll("mails") byte[] raw) {
        BounceNotice.read(raw)
                .ifPresent(
                        notice ->
                                assertThat(
                                                Refusals.judge(
                                                        "docomo",
                                                        notice.stage(),
                                                        notice.response()))
                                        .isNotNull());
        Complaint.read(raw)
                .ifPresent(complaint -> assertThat(complaint.paths()).hasSizeLessThanOrEqualTo(20));
    }

    @Property(tries = 3000, shrinking = ShrinkingMode.OFF)
    void noAddressIsTakenForOneOfOurs(@ForAll("mails") byte[] raw) {
        SignedTokens tokens = tokens();
        ReturnPaths paths = new ReturnPaths(tokens);
        ReturnPaths answers = ReturnPaths.forAnswers(tokens);
        String text = new String(raw, StandardCharsets.ISO_8859_1);
        for (String word : text.split("\\s+", 40)) {
            for (String mark : List.of("", "midori+b", "midori+r")) {
                assertThat(paths.delivery(mark + word)).isEmpty();
                assertThat(answers.delivery(mark + word)).isEmpty();
            }
            EmailAddress.parse(word)
                    .ifPresent(
                            address -> {
                                assertThat(address.smtp()).doesNotContainAnyWhitespaces();
                                assertThat(EmailAddress.parse(address.smtp()))
                                        .map(EmailAddress::key)
                                        .contains(address.key());
                            });
            assertThat(EmailAddress.masked(word).toLowerCase(Locale.ROOT)).isNotNull();
        }
    }

    /** No mangled mail proves anything: nobody published a key. */
    @Property(tries = 400, shrinking = ShrinkingMode.OFF)
    void nothingIsProvenByChance(@ForAll("mails") byte[] raw) {
        SenderProofs proofs =
                new SenderProofs(
                        Names.at(
                                nobody.map(
                                        s ->
                                                new InetSocketAddress(
                                                        s.getLocalAddress(), s.getLocalPort()))));
        EmailAddress from = ReceivedMail.read(raw).from().orElse(EmailAddress.of("a@b.example"));
        var mail = new SenderProofs.Mail(raw, from, from.smtp(), "192.0.2.7", "x");
        assertThat(proofs.prove(mail)).isInstanceOf(SenderProof.Unproven.class);
    }

    /** A code opens the door only when it is all that was said, in the address or in the mail. */
    @Property(tries = 800, shrinking = ShrinkingMode.OFF)
    void noCodeIsFoundByChance(@ForAll("mails") byte[] raw) {
        Door own = door.orElseThrow();
        String text = new String(raw, StandardCharsets.ISO_8859_1);
        ReceivedMail mail = ReceivedMail.read(raw);
        database.orElseThrow()
                .read(
                        tx -> {
                            assertThat(own.joining.isCode(tx, own.school, mail)).isFalse();
                            for (String word : text.split("\\s+", 20)) {
                                for (String mark : List.of("", "midori+j", "midori+J" + CODE)) {
                                    String to = mark + word;
                                    boolean same =
                                            to.toLowerCase(Locale.ROOT)
                                                    .replaceFirst("@[^@]*$", "")
                                                    .endsWith("+j" + CODE);
                                    assertThat(own.joining.hasCode(tx, own.school, to))
                                            .as(to)
                                            .isEqualTo(same);
                                }
                            }
                            return tx;
                        });
    }

    @Provide
    Arbitrary<byte[]> mails() {
        return Mangled.of(SEEDS);
    }

    private static SignedTokens tokens() {
        return new SignedTokens(ServerSecret.of(database.orElseThrow(), new SecureRandom()));
    }

    private static List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        for (String folder : List.of("inbound/charset", "delivery/bounce")) {
            try (Stream<Path> files = Files.list(RESOURCES.resolve(folder))) {
                for (Path file :
                        files.filter(f -> f.toString().endsWith(".eml")).sorted().toList()) {
                    seeds.add(Files.readAllBytes(file));
                }
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
        String signed =
                """
                DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=b.example; s=s1; t=1;
                 x=2; l=3; h=From:Subject:Date; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;
                 b=AAAA
                From: a@b.example
                Subject: s
                Date: d

                x
                """;
        String report =
                """
                From: f@y.example
                Content-Type: multipart/report; report-type=feedback-report; boundary=p

                --p
                Content-Type: message/feedback-report

                Feedback-Type: abuse
                Original-Mail-From: <midori+bx@todoku.example>

                --p
                Content-Type: message/rfc822

                Return-Path: <x@y.example>

                z
                --p--
                """;
        for (int i = 0; i < 10; i++) {
            seeds.add(signed.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8));
            seeds.add(report.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8));
        }
        return seeds;
    }
}
