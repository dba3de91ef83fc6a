package org.todoku.appliance.inbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.todoku.appliance.delivery.Network.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
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
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.delivery.DeliveryView;
import org.todoku.appliance.delivery.Dispatcher;
import org.todoku.appliance.delivery.Durability;
import org.todoku.appliance.delivery.FakeRelay;
import org.todoku.appliance.delivery.Network;
import org.todoku.appliance.delivery.Outcome;
import org.todoku.appliance.delivery.Postfix;
import org.todoku.appliance.message.MessageId;

/**
 * A real Postfix takes our mails, carriers refuse them, and its own notices (RFC 3464) come back to
 * our listener.
 */
@EnabledIf("org.todoku.appliance.delivery.Postfix#isInstalled")
@SuppressWarnings("NullAway.Init")
class GenuineBounceIT {
    private static final Duration STOP = Duration.ofSeconds(10);

    /** What the carriers say, at which stage. */
    private static final Map<String, String> CARRIERS =
            Map.of(
                    "rcpt gone@docomo.ne.jp", "550 Unknown user gone@docomo.ne.jp",
                    "end picky@docomo.ne.jp", "550 Unknown user picky@docomo.ne.jp",
                    "rcpt gone@ezweb.ne.jp", "550 <gone@ezweb.ne.jp>: User unknown",
                    "end picky@ezweb.ne.jp", "550 : User unknown",
                    "end full@softbank.ne.jp", "552 5.2.2 user mailbox full",
                    "data shut@corp.example", "554 5.7.1 blocked for spam",
                    "rcpt late@corp.example", "450 4.2.0 greylisted, try again later");

    @TempDir Path dir;
    private FakeRelay carriers;
    private Postfix postfix;
    private Network network;
    private SmtpListener listener;
    private InboundMail inbound;
    private Dispatcher dispatcher;
    private volatile boolean closed;

    @BeforeEach
    void start() throws Exception {
        carriers = new FakeRelay(this::answer);
        int port = freePort();
        String more =
                """
                transport_maps = inline:{todoku.example=smtp:[127.0.0.1]:%d}
                maximal_queue_lifetime = 4s
                bounce_queue_lifetime = 60s
                minimal_backoff_time = 1s
                maximal_backoff_time = 1s
                queue_run_delay = 1s
                """
                        .formatted(port);
        postfix = Postfix.start(dir.resolve("postfix"), carriers.relay(1).port(), more);
        network = new Network(dir.resolve("todoku"), postfix.relay());
        inbound = Rig.inbound(network);
        inbound.start();
        var place = new SmtpListener.Place("127.0.0.1", port);
        listener = new SmtpListener(Rig.intake(network), place, inbound::wake);
        listener.start();
        dispatcher = network.dispatcher(Durability.LOCAL);
        dispatcher.start();
    }

    @AfterEach
    void stop() throws Exception {
        listener.stop();
        assertThat(inbound.stop(STOP)).isTrue();
        assertThat(dispatcher.stop(STOP)).isTrue();
        network.close();
        postfix.close();
        carriers.close();
    }

    @Test
    void eachRefusalComesBackAndIsJudgedAsItsCarrierMeantIt() throws Exception {
        CARRIERS.keySet().forEach(key -> network.member(key.split(" ", -1)[1]));
        network.member("good@docomo.ne.jp");
        MessageId id = network.send(false);
        await(() -> network.ledger.counts(id).refused() == CARRIERS.size());

        Map<String, DeliveryView> rows = rows(id);
        assertThat(Objects.requireNonNull(rows.remove("good@docomo.ne.jp")).outcome())
                .isEqualTo(Outcome.HANDED_OVER);
        assertThat(rows.values()).allMatch(row -> row.stage().equals(Optional.of("bounce")));
        CARRIERS.forEach(
                (key, said) ->
                        assertThat(
                                        Objects.requireNonNull(rows.get(key.split(" ", -1)[1]))
                                                .reason()
                                                .orElse(""))
                                .as(key)
                                .contains(said.substring(0, 3)));
        assertThat(reasons())
                .as("only time ran out for the last one: that says nothing about the address")
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of(
                                "gone@docomo.ne.jp", "unknownUser",
                                "picky@docomo.ne.jp", "filtered",
                                "gone@ezweb.ne.jp", "unknownUser",
                                "picky@ezweb.ne.jp", "filtered",
                                "full@softbank.ne.jp", "full",
                                "shut@corp.example", "notWanted"));
        assertThat(quarantined())
                .containsExactlyInAnyOrder("gone@docomo.ne.jp", "gone@ezweb.ne.jp");
    }

    /** The carrier wants nothing of this sender: it is not the members' fault. */
    @Test
    void aRefusalOfUsQuarantinesNobody() throws Exception {
        closed = true;
        network.member("taro@docomo.ne.jp");
        network.member("hanako@ezweb.ne.jp");
        MessageId id = network.send(false);
        await(() -> network.ledger.counts(id).refused() == 2);
        assertThat(rows(id).values())
                .allSatisfy(row -> assertThat(row.reason().orElse("")).contains("5.7.1 blocked"));
        assertThat(reasons().values()).containsOnly("notWanted");
        assertThat(quarantined()).isEmpty();
    }

    private String answer(String stage, String to) {
        if (closed && stage.equals("mail")) {
            return "550 5.7.1 blocked by reputation";
        }
        return CARRIERS.getOrDefault(stage + " " + to, FakeRelay.ok(stage));
    }

    private Map<String, DeliveryView> rows(MessageId id) {
        return network.ledger.page(id, Optional.empty(), Optional.empty()).items().stream()
                .collect(Collectors.toMap(row -> row.name().replace("会員 ", ""), row -> row));
    }

    private Map<String, String> reasons() {
        List<Map.Entry<String, String>> found =
                network.database.read(
                        tx ->
                                tx.query(
                                        "SELECT c.address, b.reason FROM bounce b JOIN contact c ON c.id = b.contact_id",
                                        row -> Map.entry(row.text("address"), row.text("reason"))));
        return found.stream().collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private List<String> quarantined() {
        return network.database.read(
                tx ->
                        tx.query(
                                "SELECT address FROM contact WHERE state = 'quarantined'",
                                row -> row.text("address")));
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }
}
