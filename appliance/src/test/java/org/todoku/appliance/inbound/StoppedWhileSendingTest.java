package org.todoku.appliance.inbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.todoku.appliance.delivery.Network.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.delivery.DeliveryView;
import org.todoku.appliance.delivery.FakeRelay;
import org.todoku.appliance.delivery.Network;
import org.todoku.appliance.delivery.Outcome;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.member.Member;
import org.todoku.appliance.member.NewMember;
import org.todoku.appliance.message.MessageId;
import org.todoku.appliance.message.MessageState;

/** Whoever leaves or complains while a message is under way does not get it after that. */
@SuppressWarnings("NullAway.Init")
class StoppedWhileSendingTest {
    private static final String TO = "midori@todoku.example";

    @TempDir Path dir;
    private Network network;
    private Post post;
    private volatile String answer = "";

    @BeforeEach
    void start() {
        post =
                Post.open(
                        dir,
                        (stage, to) ->
                                stage.equals("rcpt") && !answer.isEmpty()
                                        ? answer
                                        : FakeRelay.ok(stage));
        network = post.network();
        for (String name : List.of("stays", "leaves", "clicks", "complains", "moves")) {
            network.member(name + "@" + name + ".example");
        }
    }

    @AfterEach
    void stop() throws InterruptedException {
        post.close();
    }

    @Test
    void whatIsPutOffIsNotSentToThoseWhoLeftOrComplainedMeanwhile() throws Exception {
        MessageId first = network.send(false);
        await(() -> network.messages.find(first).orElseThrow().state() == MessageState.SENT);
        int before = post.relay().taken().size();
        answer = "451 later";
        MessageId id = network.send(false);
        await(() -> network.ledger.counts(id).deferred() == 5);

        arrives("leaves@leaves.example", TO, "From: leaves@leaves.example\nSubject: 退会\n\n");
        network.members.leave(network.school.id(), member("clicks").id());
        arrives("fbl@example.jp", TO, complaint(returnPath("complains@complains.example")));
        network.members.update(
                network.school.id(),
                member("moves").id(),
                new NewMember("会員", "", List.of(EmailAddress.of("new@example.jp")), Map.of()));
        await(() -> states().equals(List.of("done", "complaint")));
        answer = "";
        network.goAhead(Duration.ofMinutes(2));

        await(() -> network.messages.find(id).orElseThrow().state() == MessageState.SENT);
        Map<String, DeliveryView> rows = rows(id);
        assertThat(Objects.requireNonNull(rows.get("stays")).outcome())
                .isEqualTo(Outcome.HANDED_OVER);
        assertStopped(Objects.requireNonNull(rows.get("leaves")), "left");
        assertStopped(Objects.requireNonNull(rows.get("clicks")), "left");
        assertStopped(Objects.requireNonNull(rows.get("complains")), "stopped");
        assertThat(Objects.requireNonNull(rows.get("complains")).reason().orElse(""))
                .startsWith("complaint: abuse");
        assertStopped(Objects.requireNonNull(rows.get("会員")), "removed");
        assertThat(post.relay().taken().subList(before, post.relay().taken().size()))
                .extracting(FakeRelay.Taken::recipient)
                .as("and the one who left hears of it")
                .containsExactlyInAnyOrder("stays@stays.example", "leaves@leaves.example");
        assertThat(rows(first).values())
                .as("what was handed over stays what it is")
                .allMatch(row -> row.outcome() == Outcome.HANDED_OVER);
    }

    /** Once more is for those whose addresses are still mailed. */
    @Test
    void sendingOnceMoreLeavesOutWhoIsInQuarantine() throws Exception {
        answer = "550 5.1.1 no such user";
        MessageId id = network.send(false);
        await(() -> network.ledger.counts(id).refused() == 5);
        MessageId second = network.send(false);
        await(() -> network.ledger.counts(second).refused() == 5);
        await(() -> network.members.quarantined(network.school.id()).size() == 5);
        answer = "";
        assertThat(network.ledger.resend(id, Outcome.REFUSED)).isEqualTo(5);
        post.dispatcher().wake();
        await(() -> network.ledger.counts(id).suppressed() == 5);
        await(() -> network.messages.find(id).orElseThrow().state() == MessageState.SENT);
        assertThat(post.relay().taken()).isEmpty();
    }

    private static void assertStopped(DeliveryView row, String why) {
        assertThat(row.outcome()).isEqualTo(Outcome.SUPPRESSED);
        assertThat(row.stopped()).contains(why);
        assertThat(row.attempts()).as("it had been tried before that").isEqualTo(1);
        assertThat(row.nextAttempt()).isEmpty();
    }

    private static String complaint(String returnPath) {
        return """
        From: fbl@example.jp
        Content-Type: multipart/report; report-type=feedback-report; boundary=b

        --b
        Content-Type: message/feedback-report

        Feedback-Type: abuse
        User-Agent: x/1
        Original-Mail-From: <%s>

        --b--
        """
                .formatted(returnPath);
    }

    private void arrives(String from, String to, String mail) {
        Rig.arrive(network, from, to, mail.replace("\n", "\r\n"));
        post.inbound().wake();
    }

    private String returnPath(String address) {
        return post.relay().taken().stream()
                .filter(mail -> mail.recipient().equals(address))
                .findFirst()
                .orElseThrow()
                .from();
    }

    private Member member(String name) {
        return network.members
                .byAddress(network.school.id(), EmailAddress.of(name + "@" + name + ".example"))
                .orElseThrow();
    }

    private Map<String, DeliveryView> rows(MessageId id) {
        return network.ledger.page(id, Optional.empty(), Optional.empty()).items().stream()
                .collect(
                        Collectors.toMap(
                                row -> row.name().replaceFirst("会員 (\\w+)@.*", "$1"), row -> row));
    }

    private List<String> states() {
        return network.database.read(
                tx ->
                        tx.query(
                                "SELECT state FROM inbound_mail ORDER BY id",
                                row -> row.text("state")));
    }
}
