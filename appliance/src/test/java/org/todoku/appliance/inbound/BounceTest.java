package org.todoku.appliance.inbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.todoku.appliance.delivery.Network.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
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

/** What follows for an address when its mails are refused, at once or by a notice. */
@SuppressWarnings("NullAway.Init")
class BounceTest {
    private static final String PHONE = "taro@docomo.ne.jp";
    private static final String DESK = "hanako@corp.example";

    @TempDir Path dir;
    private FakeRelay relay;
    private Network network;
    private Post post;
    private InboundMail inbound;
    private volatile String refusedAt = "";
    private int notices;

    @BeforeEach
    void start() {
        post =
                Post.open(
                        dir,
                        (stage, to) ->
                                stage.equals(refusedAt)
                                        ? "550 Unknown user " + to
                                        : FakeRelay.ok(stage));
        relay = post.relay();
        network = post.network();
        inbound = post.inbound();
        network.member(PHONE);
        network.member(DESK);
    }

    @AfterEach
    void stop() throws InterruptedException {
        post.close();
    }

    @Test
    void anUnknownPhoneIsQuarantinedAtOnceAndAnotherAddressAfterTwo() throws Exception {
        refusedAt = "rcpt";
        sendAndAwait();
        await(() -> contact(PHONE).state() == ContactState.QUARANTINED);
        assertThat(contact(PHONE).reason().orElseThrow()).startsWith("unknownUser: 550");
        assertThat(contact(DESK).state()).isEqualTo(ContactState.ACTIVE);
        MessageId second = sendAndAwait();
        assertThat(network.ledger.counts(second).suppressed()).isEqualTo(1);
        await(() -> contact(DESK).state() == ContactState.QUARANTINED);
    }

    /** docomo says the same words when the owner's filter keeps us out. */
    @Test
    void aFilterQuarantinesNobody() throws Exception {
        refusedAt = "end";
        for (int i = 0; i < 3; i++) {
            sendAndAwait();
        }
        assertThat(contact(PHONE).state()).isEqualTo(ContactState.ACTIVE);
    }

    @Test
    void aNoticeThatComesBackChangesTheLedgerAndTheAddress() throws Exception {
        MessageId id = sendAndAwait();
        assertThat(network.ledger.counts(id).handedOver()).isEqualTo(2);
        String returnPath = returnPathOf(PHONE);
        arrives("", returnPath.toUpperCase(java.util.Locale.ROOT), notice("550 Unknown user"));
        await(() -> network.ledger.counts(id).refused() == 1);
        assertThat(network.ledger.counts(id).handedOver()).isEqualTo(1);
        await(() -> contact(PHONE).state() == ContactState.QUARANTINED);
        arrives(PHONE, "midori@todoku.example", "From: " + PHONE + "\r\n\r\nこんにちは\r\n");
        await(() -> contact(PHONE).state() == ContactState.ACTIVE);
    }

    /** A relay on the same machine sends it within milliseconds; our own note takes longer. */
    @Test
    void aNoticeMayBeFasterThanOurOwnNote() throws Exception {
        MessageId id = sendAndAwait();
        int claimed =
                network.database.write(
                        tx ->
                                tx.update(
                                        "UPDATE delivery SET outcome = 'claimed' WHERE address = ?",
                                        PHONE));
        assertThat(claimed).isEqualTo(1);
        arrives("", returnPathOf(PHONE), notice("550 Unknown user"));
        await(() -> network.ledger.counts(id).refused() == 1);
        assertThat(network.ledger.counts(id).claimed()).isZero();
    }

    @Test
    void aForgedNoticeChangesNothing() throws Exception {
        MessageId id = sendAndAwait();
        String path = returnPathOf(PHONE);
        char last = path.charAt(path.indexOf('@') - 1);
        String forged = path.replace(last + "@", (last == 'a' ? 'b' : 'a') + "@");
        arrives("", forged, notice("550 Unknown user"));
        arrives("", "midori@todoku.example", notice("550 Unknown user"));
        await(
                () ->
                        network.database.read(
                                        tx ->
                                                tx.count(
                                                        "SELECT COUNT(*) AS n FROM inbound_mail WHERE state = 'bounce'"))
                                == 2);
        assertThat(network.ledger.counts(id).handedOver()).isEqualTo(2);
        assertThat(contact(PHONE).state()).isEqualTo(ContactState.ACTIVE);
    }

    private MessageId sendAndAwait() throws InterruptedException {
        MessageId id = network.send(false);
        post.dispatcher().wake();
        await(() -> network.messages.find(id).orElseThrow().state() == MessageState.SENT);
        return id;
    }

    private String returnPathOf(String address) {
        return relay.taken().stream()
                .filter(mail -> mail.recipient().equals(address))
                .findFirst()
                .orElseThrow()
                .from();
    }

    private static String notice(String diagnostic) {
        return """
        From: MAILER-DAEMON@relay.example
        Subject: Undelivered
        Content-Type: multipart/report; report-type=delivery-status; boundary=b

        --b
        Content-Type: text/plain

        in reply to RCPT TO command
        --b
        Content-Type: message/delivery-status

        Reporting-MTA: dns; relay.example

        Final-Recipient: rfc822; x
        Action: failed
        Status: 5.1.1
        Diagnostic-Code: smtp; %s

        --b--
        """
                .formatted(diagnostic)
                .replace("\n", "\r\n");
    }

    private void arrives(String from, String to, String mail) {
        var arrived =
                new InboundStore.Arrived(
                        network.ids.next(),
                        network.clock.instant(),
                        from,
                        to,
                        "<n" + notices++ + "@relay.example>",
                        mail.getBytes(StandardCharsets.UTF_8));
        boolean stored =
                network.database.write(tx -> InboundStore.insert(tx, arrived, network.school.id()));
        assertThat(stored).isTrue();
        inbound.wake();
    }

    private Contact contact(String address) {
        EmailAddress email = EmailAddress.of(address);
        return network.members.byAddress(network.school.id(), email).stream()
                .flatMap(member -> member.contacts().stream())
                .filter(contact -> contact.address().key().equals(email.key()))
                .findFirst()
                .or(Optional::empty)
                .orElseThrow();
    }
}
