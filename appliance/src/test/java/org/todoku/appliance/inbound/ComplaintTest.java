package org.todoku.appliance.inbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.todoku.appliance.delivery.Network.await;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.delivery.FakeRelay;
import org.todoku.appliance.delivery.Network;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.member.Contact;
import org.todoku.appliance.member.ContactState;
import org.todoku.appliance.message.MessageId;
import org.todoku.appliance.message.MessageState;

/** Providers that report that someone called our mail unwanted (RFC 5965). */
@SuppressWarnings("NullAway.Init")
class ComplaintTest {
    private static final String HANAKO = "hanako@yahoo.example";
    private static final String PLAIN = "midori@todoku.example";

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
        network.member(HANAKO);
        network.member("taro@example.jp");
    }

    @AfterEach
    void stop() throws InterruptedException {
        post.close();
    }

    @Test
    void aComplaintIsNotMailedAgainAndShown() throws Exception {
        sendAndAwait();
        arrives("feedback@yahoo.example", PLAIN, report(returnPath(HANAKO), ""));
        await(() -> contact(HANAKO).state() == ContactState.QUARANTINED);
        assertThat(contact(HANAKO).reason()).contains("complaint: abuse, by SomeGenerator/1.0");
        assertThat(network.members.quarantined(network.school.id()))
                .singleElement()
                .satisfies(shown -> assertThat(shown.reason()).startsWith("complaint"));
        assertThat(states()).containsExactly("complaint");
        MessageId second = sendAndAwait();
        assertThat(network.ledger.counts(second).suppressed()).isEqualTo(1);
        assertThat(network.ledger.counts(second).handedOver()).isEqualTo(1);
    }

    /** Some leave the address out and enclose the mail. */
    @Test
    void theEnclosedMailNamesItToo() throws Exception {
        sendAndAwait();
        arrives("", PLAIN, report("", "Return-Path: <" + returnPath(HANAKO) + ">\n"));
        await(() -> contact(HANAKO).state() == ContactState.QUARANTINED);
        assertThat(contact("taro@example.jp").state()).isEqualTo(ContactState.ACTIVE);
    }

    @Test
    void aForgedOneChangesNothing() throws Exception {
        sendAndAwait();
        String path = returnPath(HANAKO);
        String forged = path.replaceFirst("\\+b..", "+bzz");
        arrives("x@evil.example", PLAIN, report(forged, ""));
        arrives("x@evil.example", PLAIN, report(HANAKO, "Return-Path: <" + HANAKO + ">\n"));
        await(() -> states().equals(List.of("ignored", "ignored")));
        assertThat(contact(HANAKO).state()).isEqualTo(ContactState.ACTIVE);
    }

    /** Writing anything does not undo it; asking to join does. */
    @Test
    void onlyWhoAsksForOurMailsGetsThemAgain() throws Exception {
        sendAndAwait();
        arrives("feedback@yahoo.example", PLAIN, report(returnPath(HANAKO), ""));
        await(() -> contact(HANAKO).state() == ContactState.QUARANTINED);
        arrives(HANAKO, PLAIN, "From: " + HANAKO + "\nSubject: 質問\n\nなぜメールが来るのですか\n");
        await(() -> states().equals(List.of("complaint", "inquiry")));
        assertThat(contact(HANAKO).state()).isEqualTo(ContactState.QUARANTINED);
        arrives(HANAKO, PLAIN, "From: " + HANAKO + "\nSubject: \n\n");
        await(() -> contact(HANAKO).state() == ContactState.ACTIVE);
    }

    private static String report(String mailFrom, String enclosed) {
        return """
        From: <feedback@yahoo.example>
        To: midori@todoku.example
        Subject: complaint
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=feedback-report;
         boundary="part"

        --part
        Content-Type: text/plain; charset="US-ASCII"

        This is an email abuse report.

        --part
        Content-Type: message/feedback-report

        Feedback-Type: abuse
        User-Agent: SomeGenerator/1.0
        Version: 1
        %s
        --part
        Content-Type: message/rfc822

        %sFrom: x <midori@todoku.example>
        Subject: y

        z
        --part--
        """
                .formatted(
                        mailFrom.isEmpty() ? "" : "Original-Mail-From: <" + mailFrom + ">\n",
                        enclosed);
    }

    private void arrives(String from, String to, String mail) {
        Rig.arrive(network, from, to, mail.replace("\n", "\r\n"));
        inbound.wake();
    }

    private MessageId sendAndAwait() throws InterruptedException {
        MessageId id = network.send(false);
        post.dispatcher().wake();
        await(() -> network.messages.find(id).orElseThrow().state() == MessageState.SENT);
        return id;
    }

    private String returnPath(String address) {
        return relay.taken().stream()
                .filter(mail -> mail.recipient().equals(address))
                .findFirst()
                .orElseThrow()
                .from();
    }

    private Contact contact(String address) {
        EmailAddress email = EmailAddress.of(address);
        return network
                .members
                .byAddress(network.school.id(), email)
                .orElseThrow()
                .contacts()
                .stream()
                .filter(contact -> contact.address().key().equals(email.key()))
                .findFirst()
                .orElseThrow();
    }

    private List<String> states() {
        return network.database.read(
                tx ->
                        tx.query(
                                "SELECT state FROM inbound_mail ORDER BY id",
                                row -> row.text("state")));
    }
}
