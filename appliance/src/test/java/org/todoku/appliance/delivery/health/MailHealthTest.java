package org.todoku.appliance.delivery.health;

import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.Folder;
import jakarta.mail.Message;
import jakarta.mail.Session;
import jakarta.mail.Store;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.delivery.Dispatcher;
import org.todoku.appliance.delivery.Durability;
import org.todoku.appliance.delivery.FakeRelay;
import org.todoku.appliance.delivery.Network;
import org.todoku.appliance.delivery.Relay;
import org.todoku.appliance.delivery.RelayTest;
import org.todoku.appliance.delivery.health.MailHealth.State;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.Secret;

/** The self-test, the canaries and the silence, with real connections and a clock set forward. */
class MailHealthTest {
    private static final EmailAddress CANARY = EmailAddress.of("canary@docomo.example");

    @TempDir Path dir;

    @SuppressWarnings("NullAway.Init")
    private Network network;

    @SuppressWarnings("NullAway.Init")
    private GreenMail carrier;

    @AfterEach
    void close() {
        if (network != null) {
            network.close();
        }
        if (carrier != null) {
            carrier.stop();
        }
    }

    @Test
    void eachRelayIsTestedAtTheStartAndEveryMorning() {
        AtomicBoolean full = new AtomicBoolean();
        try (FakeRelay good =
                new FakeRelay((stage, to) -> full.get() ? "421 full" : FakeRelay.ok(stage))) {
            FakeRelay dead = new FakeRelay((stage, to) -> FakeRelay.ok(stage));
            dead.close();
            network = new Network(dir, good.relay(1), dead.relay(1));
            MailHealth health = health(List.of());
            health.step();
            List<RelayTest> first = health.now().relays();
            assertThat(first).hasSize(2);
            assertThat(first.getFirst().problem()).isEmpty();
            assertThat(first.getLast().problem()).isPresent();
            assertThat(health.now().problems())
                    .singleElement()
                    .asString()
                    .startsWith(dead.relay(1).name() + ": ");
            assertThat(good.taken()).as("nothing was sent").isEmpty();

            full.set(true);
            health.step();
            assertThat(health.now().relays()).as("not before the morning").isEqualTo(first);
            untilMorning();
            health.step();
            assertThat(health.now().relays().getFirst().problem().orElseThrow())
                    .contains("421 full");
            assertThat(health.now().relays().getFirst().at())
                    .isAfterOrEqualTo(first.getFirst().at());
        }
    }

    @Test
    void aCanaryThatComesBackIsReadAndTakenAway() throws Exception {
        MailHealth health = withCarrier();
        health.step();
        assertThat(carrier.getReceivedMessages()).as("not at a start").isEmpty();
        untilMorning();
        health.step();
        if (health.now().canaries().getFirst().took().isEmpty()) {
            network.goAhead(Duration.ofSeconds(20));
            health.step();
        }
        assertThat(health.now().problems()).isEmpty();
        assertThat(health.now().canaries())
                .singleElement()
                .satisfies(canary -> assertThat(canary.took()).isPresent())
                .satisfies(canary -> assertThat(canary.problem()).isEmpty());
        assertThat(carrier.getReceivedMessages()).as("it was taken away").isEmpty();
    }

    /** Promise I5: another host is the writer now. */
    @Test
    void aHostThatWasTakenOverSendsNoCanaryAndAsksNobody() throws Exception {
        MailHealth health = withCarrier();
        health.step();
        State before = health.now();
        network.database.gate().close(Fault.FENCED, "the service moved", "go there");
        untilMorning();
        health.step();
        assertThat(carrier.getReceivedMessages()).isEmpty();
        assertThat(health.now()).isEqualTo(before);
    }

    @Test
    void aRelayThatWasAwayIsAskedAgainSoon() {
        AtomicBoolean full = new AtomicBoolean(true);
        try (FakeRelay relay =
                new FakeRelay((stage, to) -> full.get() ? "421 full" : FakeRelay.ok(stage))) {
            network = new Network(dir, relay.relay(1));
            MailHealth health = health(List.of());
            health.step();
            assertThat(health.now().problems()).hasSize(1);
            full.set(false);
            health.step();
            assertThat(health.now().problems()).as("not at once").hasSize(1);
            network.goAhead(Duration.ofMinutes(5).plusSeconds(1));
            health.step();
            assertThat(health.now().problems()).isEmpty();
        }
    }

    @Test
    void aCanaryInTheJunkIsAProblem() throws Exception {
        try (FakeRelay swallows = new FakeRelay((stage, to) -> FakeRelay.ok(stage))) {
            carrier = new GreenMail(new ServerSetup(0, "127.0.0.1", "imap"));
            carrier.start();
            carrier.setUser(CANARY.smtp(), "canary", "secret");
            network = new Network(dir, swallows.relay(1));
            MailHealth health = health(List.of(mailbox("secret")));
            health.step();
            untilMorning();
            health.step();
            fileUnderJunk(swallows.taken().getFirst().text());
            health.step();
            assertThat(health.now().problems())
                    .singleElement()
                    .asString()
                    .contains("another folder than the inbox");
        }
    }

    private void fileUnderJunk(String mail) throws Exception {
        Session session = Session.getInstance(new Properties());
        try (Store store = session.getStore("imap")) {
            store.connect("127.0.0.1", carrier.getImap().getPort(), "canary", "secret");
            Folder junk = store.getFolder("Junk");
            assertThat(junk.create(Folder.HOLDS_MESSAGES)).isTrue();
            var bytes = new ByteArrayInputStream(mail.getBytes(StandardCharsets.ISO_8859_1));
            junk.appendMessages(new Message[] {new MimeMessage(session, bytes)});
        }
    }

    @Test
    void aCanaryThatDoesNotComeAndAMailboxThatIsClosedAreNamed() throws Exception {
        try (FakeRelay swallows = new FakeRelay((stage, to) -> FakeRelay.ok(stage))) {
            carrier = new GreenMail(new ServerSetup(0, "127.0.0.1", "imap"));
            carrier.start();
            carrier.setUser(CANARY.smtp(), "canary", "secret");
            network = new Network(dir, swallows.relay(1));
            CanaryMailbox good = mailbox("secret");
            var closed =
                    new CanaryMailbox(
                            EmailAddress.of("closed@docomo.example"),
                            good.url(),
                            new Secret("wrong"));
            MailHealth health = health(List.of(good, closed));
            health.step();
            untilMorning();
            health.step();
            assertThat(health.now().problems()).as("they may still come").isEmpty();
            network.goAhead(MailHealth.CANARY_PATIENCE.plusSeconds(1));
            health.step();
            assertThat(health.now().problems()).hasSize(2);
            assertThat(health.now().problems().getFirst()).contains("has not come within 15 min");
            assertThat(health.now().problems().getLast()).contains("cannot be read");
        }
    }

    @Test
    void silenceIsSeenWhereMailsWaitAndNowhereElse() {
        network = new Network(dir);
        MailHealth health = health(List.of());
        health.step();
        network.goAhead(Duration.ofHours(1));
        health.step();
        assertThat(health.now().silentSince()).as("there is nothing to say").isEmpty();

        network.member("a@example.jp");
        network.send(false);
        health.step();
        Instant begun = network.clock.instant();
        network.goAhead(Silence.LONG.plusSeconds(5));
        health.step();
        assertThat(health.now().silentSince().orElseThrow())
                .isBetween(begun.minusSeconds(60), begun);
        assertThat(health.now().problems())
                .singleElement()
                .asString()
                .contains("no mail has left since", "1 wait");
    }

    private MailHealth withCarrier() {
        carrier =
                new GreenMail(
                        new ServerSetup[] {
                            new ServerSetup(0, "127.0.0.1", "smtp"),
                            new ServerSetup(0, "127.0.0.1", "imap")
                        });
        carrier.start();
        carrier.setUser(CANARY.smtp(), "canary", "secret");
        network =
                new Network(
                        dir,
                        new Relay(
                                "127.0.0.1",
                                carrier.getSmtp().getPort(),
                                Relay.Tls.NONE,
                                Optional.empty(),
                                0,
                                1));
        return health(List.of(mailbox("secret")));
    }

    private CanaryMailbox mailbox(String password) {
        URI url = URI.create("imap://canary@127.0.0.1:" + carrier.getImap().getPort());
        return new CanaryMailbox(CANARY, url, new Secret(password));
    }

    private MailHealth health(List<CanaryMailbox> canaries) {
        Dispatcher idle = network.dispatcher(Durability.LOCAL);
        return new MailHealth(
                network.database,
                network.clock,
                new MailHealth.Parts(idle, network.settings, network.texts, network.ids, canaries));
    }

    private void untilMorning() {
        var now = network.clock.instant().atZone(ZoneId.of("Asia/Tokyo"));
        var next = now.with(LocalTime.of(5, 30));
        network.goAhead(
                Duration.between(now, next.isAfter(now) ? next : next.plusDays(1)).plusSeconds(1));
    }
}
