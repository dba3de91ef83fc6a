package org.todoku.appliance.inbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.todoku.appliance.delivery.Network.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.delivery.Dispatcher;
import org.todoku.appliance.delivery.Durability;
import org.todoku.appliance.delivery.FakeRelay;
import org.todoku.appliance.delivery.Network;

/** Answers to machines, to lists, and to those who answer back (RFC 3834). */
@SuppressWarnings("NullAway.Init")
class LoopTest {
    private static final Duration STOP = Duration.ofSeconds(10);
    private static final String PLAIN = "midori@todoku.example";
    private static final InquiryAnswers.Words WORDS =
            new InquiryAnswers.Words(true, "お電話ください。{0} 'x'", "Please call us.");

    @TempDir Path dir;
    private FakeRelay relay;
    private Network network;
    private Post post;
    private InboundMail inbound;

    @BeforeEach
    void start() {
        post = Post.open(dir);
        relay = post.relay();
        network = post.network();
        inbound = post.inbound();
    }

    @AfterEach
    void stop() throws InterruptedException {
        post.close();
    }

    @Test
    void inquiriesAreAnsweredOnlyWhereItIsWantedAndOnceADay() throws Exception {
        asks("yamada@example.jp", "");
        await(() -> states().equals(List.of("inquiry")));
        assertThat(answers()).isZero();

        inbound.inquiryAnswers().set(network.school.id(), WORDS);
        asks("yamada@example.jp", "");
        asks("yamada@example.jp", "");
        await(() -> states().equals(List.of("inquiry", "inquiry", "inquiry")));
        await(() -> relay.taken().size() == 1);
        assertThat(answers()).isEqualTo(1);
        var answer = relay.taken().getFirst();
        assertThat(answer.from()).isEmpty();
        assertThat(answer.text()).contains("Auto-Submitted: auto-replied");
        String body =
                network.database.<String>read(
                        tx ->
                                tx.queryOne(
                                                "SELECT body FROM outgoing_mail",
                                                row -> row.text("body"))
                                        .orElseThrow());
        assertThat(body).contains("お電話ください。{0} 'x'").contains("Please call us.");

        network.goAhead(Duration.ofDays(1));
        asks("yamada@example.jp", "");
        await(() -> answers() == 2);
    }

    @Test
    void neverAnswersWhatNoPersonWrote() throws Exception {
        inbound.inquiryAnswers().set(network.school.id(), WORDS);
        String[] headers = {
            "Auto-Submitted: auto-generated",
            "Auto-Submitted: auto-replied; owner-email=\"x@y\"",
            "Precedence: bulk",
            "Precedence: list",
            "Precedence: junk",
            "List-Id: <x>",
            "List-Help: <mailto:x@example.jp>",
            "List-Post: NO",
            "X-Auto-Response-Suppress: All",
            "X-ML-Name: kids",
            "Content-Type: multipart/report; boundary=x"
        };
        for (String header : headers) {
            asks("yamada@example.jp", header + "\r\n");
        }
        for (String robot :
                List.of("MAILER-DAEMON", "postmaster", "no-reply", "donotreply", "kids-request")) {
            asks(robot + "@example.jp", "");
        }
        // And the null return path, whatever From says.
        Rig.arrive(network, "", PLAIN, "From: yamada@example.jp\r\nSubject: q\r\n\r\nhello?\r\n");
        inbound.wake();
        await(() -> !states().contains("new") && states().size() == headers.length + 6);
        assertThat(states()).containsOnly("ignored", "bounce");
        assertThat(answers()).isZero();
    }

    /** A second network like ours: what it sends is answered by nobody. */
    @Test
    void twoNetworksThatAnswerEachOtherEnd() throws Exception {
        inbound.inquiryAnswers().set(network.school.id(), WORDS);
        try (FakeRelay otherRelay = new FakeRelay((stage, to) -> FakeRelay.ok(stage));
                Network other = new Network(dir.resolve("other"), otherRelay.relay(2))) {
            InboundMail otherInbound = Rig.inbound(other);
            otherInbound.inquiryAnswers().set(other.school.id(), WORDS);
            Dispatcher otherDispatcher = other.dispatcher(Durability.LOCAL);
            otherDispatcher.start();
            otherInbound.start();
            // Somebody forges a first mail from the one to the other.
            asks("midori@other.example", "");
            await(() -> relay.taken().size() == 1);
            var first = relay.taken().getFirst();
            assertThat(first.recipient()).isEqualTo("midori@other.example");
            Rig.arrive(other, first.from(), PLAIN, first.text());
            otherInbound.wake();
            await(
                    () ->
                            other
                                    .database
                                    .read(
                                            tx ->
                                                    tx.query(
                                                            "SELECT state FROM inbound_mail",
                                                            row -> row.text("state")))
                                    .stream()
                                    .noneMatch("new"::equals));
            assertThat(otherRelay.taken()).isEmpty();
            assertThat(
                            other.database.<Long>read(
                                    tx -> tx.count("SELECT COUNT(*) AS n FROM outgoing_mail")))
                    .isZero();
            assertThat(otherInbound.stop(STOP)).isTrue();
            assertThat(otherDispatcher.stop(STOP)).isTrue();
        }
    }

    /** A machine that breaks every rule: it answers everything, and says nothing of itself. */
    @Test
    void aMachineThatAnswersEverythingIsAnsweredFiveTimes() throws Exception {
        int said = 0;
        String robot = "robot@dumb.example";
        Rig.arrive(network, robot, PLAIN, "From: " + robot + "\r\nSubject: \r\n\r\n");
        inbound.wake();
        for (int round = 0; round < 12; round++) {
            int seen = round;
            int before = answersWithin(() -> relay.taken().size() > seen);
            if (before <= seen) {
                break;
            }
            said++;
            Rig.arrive(network, robot, PLAIN, "From: " + robot + "\r\nSubject: \r\n\r\n");
            inbound.wake();
        }
        assertThat(said).isEqualTo(5);
        assertThat(answers()).isEqualTo(5);
    }

    /** Waits until all that came in is worked off and what follows is sent. */
    private int answersWithin(java.util.function.BooleanSupplier more) throws InterruptedException {
        await(() -> !states().contains("new"));
        await(() -> relay.taken().size() == answers() || more.getAsBoolean());
        return relay.taken().size();
    }

    private void asks(String from, String header) {
        Rig.arrive(
                network,
                from,
                PLAIN,
                "From: " + from + "\r\nSubject: 質問です\r\n" + header + "\r\n何時からですか\r\n");
        inbound.wake();
    }

    private long answers() {
        return network.database.read(tx -> tx.count("SELECT COUNT(*) AS n FROM outgoing_mail"));
    }

    private List<String> states() {
        return network.database.read(
                tx ->
                        tx.query(
                                "SELECT state FROM inbound_mail ORDER BY id",
                                row -> row.text("state")));
    }
}
