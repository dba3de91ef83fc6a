package org.todoku.appliance.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.todoku.appliance.delivery.Network.await;

import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.audience.Audience;
import org.todoku.appliance.message.MessageId;
import org.todoku.appliance.message.MessageState;
import org.todoku.appliance.message.NewMessage;

class DispatcherTest {
    private static final Duration STOP = Duration.ofSeconds(10);

    @TempDir Path dir;

    @SuppressWarnings("NullAway.Init")
    private Network network;

    @SuppressWarnings("NullAway.Init")
    private Dispatcher dispatcher;

    @SuppressWarnings("NullAway.Init")
    private FakeRelay relay;

    @AfterEach
    void close() throws InterruptedException {
        if (dispatcher != null) {
            assertThat(dispatcher.stop(STOP)).isTrue();
        }
        if (relay != null) {
            assertThat(relay.violations()).isEmpty();
            relay.close();
        }
        if (network != null) {
            network.close();
        }
    }

    @Test
    void handsThreeHundredOverOnceEachWithStableIds() throws Exception {
        start((stage, to) -> FakeRelay.ok(stage), 4, 300);
        network.member("abc..def.@docomo.ne.jp");
        MessageId id = network.send(false);
        dispatch(Durability.LOCAL);

        await(() -> network.messages.find(id).orElseThrow().state() == MessageState.SENT);

        assertThat(network.ledger.counts(id).handedOver()).isEqualTo(301);
        assertThat(relay.taken()).hasSize(301);
        Set<String> recipients =
                relay.taken().stream().map(FakeRelay.Taken::recipient).collect(Collectors.toSet());
        assertThat(recipients).hasSize(301).contains("\"abc..def.\"@docomo.ne.jp");
        FakeRelay.Taken first = relay.taken().getFirst();
        MimeMessage mail = parse(first);
        assertThat(mail.getSubject()).isEqualTo("運動会は延期します ①㈱髙");
        assertThat(mail.getContent().toString())
                .startsWith("明日の運動会は～雨のため延期です。\r\n.\r\n..点")
                .contains("http://localhost:8080/m/")
                .contains("midori@todoku.example");
        assertThat(mail.getFrom()[0].toString()).contains("midori@todoku.example");
        assertThat(mail.getMessageID()).matches("<m" + id + "\\.d[0-9]+@todoku\\.example>");
        assertThat(first.from()).matches("midori\\+b[0-9a-z]+@todoku\\.example");
        assertThat(first.text().lines().mapToInt(String::length).max().orElse(0)).isLessThan(200);
    }

    @Test
    void keepsEachRefusalWithItsStage() throws Exception {
        start(
                (stage, to) ->
                        switch (stage + " " + to) {
                            case "rcpt unknown@example.jp" -> "550 Unknown user";
                            case "end filtered@example.jp" -> "550 Unknown user";
                            case "rcpt busy@example.jp" -> "451 later";
                            case "end broken@example.jp", "rcpt cut@example.jp" -> FakeRelay.DROP;
                            default -> FakeRelay.ok(stage);
                        },
                1,
                0);
        for (String name : List.of("unknown", "filtered", "busy", "broken", "cut", "good")) {
            network.member(name + "@example.jp");
        }
        MessageId id = network.send(false);
        dispatch(Durability.LOCAL);
        await(() -> network.ledger.counts(id).queued() + network.ledger.counts(id).claimed() == 0);

        assertThat(row(id, "会員 good@example.jp").outcome()).isEqualTo(Outcome.HANDED_OVER);
        assertRow(row(id, "会員 unknown@example.jp"), Outcome.REFUSED, "rcpt");
        assertRow(row(id, "会員 filtered@example.jp"), Outcome.REFUSED, "data");
        assertRow(row(id, "会員 busy@example.jp"), Outcome.DEFERRED, "rcpt");
        assertRow(row(id, "会員 broken@example.jp"), Outcome.IN_DOUBT, "data");
        assertRow(row(id, "会員 cut@example.jp"), Outcome.DEFERRED, "rcpt");
        assertThat(row(id, "会員 unknown@example.jp").reason()).contains("550 Unknown user");
    }

    @Test
    void triesADeferredMailAgainAfterItsRest() throws Exception {
        AtomicBoolean busy = new AtomicBoolean(true);
        start(
                (stage, to) ->
                        stage.equals("rcpt") && busy.get() ? "451 later" : FakeRelay.ok(stage),
                1,
                1);
        MessageId id = network.send(false);
        dispatch(Durability.LOCAL);
        await(() -> network.ledger.counts(id).deferred() == 1);
        busy.set(false);
        assertThat(relay.taken()).isEmpty();

        network.goAhead(Duration.ofMinutes(2));

        await(() -> network.ledger.counts(id).handedOver() == 1);
        assertThat(rows(id).values().iterator().next().attempts()).isEqualTo(2);
    }

    @Test
    void goesToTheNextRelayWhenTheFirstCannotBeReached() throws Exception {
        FakeRelay dead = new FakeRelay((stage, to) -> FakeRelay.ok(stage));
        dead.close();
        relay = new FakeRelay((stage, to) -> FakeRelay.ok(stage));
        network = new Network(dir, dead.relay(2), relay.relay(2));
        network.membersByList(10);
        MessageId id = network.send(false);
        dispatch(Durability.LOCAL);

        await(() -> network.ledger.counts(id).handedOver() == 10);
        assertThat(relay.taken()).hasSize(10);
    }

    @Test
    void sendsNothingButUrgentMailsWhileTheArchiveDoesNotAnswer() throws Exception {
        start((stage, to) -> FakeRelay.ok(stage), 2, 5);
        AtomicBoolean archived = new AtomicBoolean();
        MessageId calm = network.send(false);
        MessageId urgent = network.send(true);
        dispatch(timeout -> archived.get());
        await(
                () ->
                        network.ledger.counts(urgent).handedOver() == 5
                                && network.ledger.counts(calm).queued() == 5);

        assertThat(relay.taken())
                .hasSize(5)
                .allMatch(mail -> mail.text().contains("<m" + urgent + "."));
        assertThat(dispatcher.status().unarchivedUrgent()).isEqualTo(5);
        assertThat(dispatcher.status().lastProblem()).isPresent();

        archived.set(true);
        await(() -> network.ledger.counts(calm).handedOver() == 5);
        assertThat(rows(calm).values()).allMatch(row -> row.attempts() == 1);
    }

    /** The archive is away, and everything that may be claimed waits for it. */
    @Test
    void urgentMailsPassAWindowFullOfWaitingOnes() throws Exception {
        start((stage, to) -> FakeRelay.ok(stage), 2, 0);
        network.membersByList(600, "a.example");
        network.membersByList(600, "b.example");
        MessageId calm = network.send(false);
        CountDownLatch answers = new CountDownLatch(1);
        AtomicBoolean archived = new AtomicBoolean();
        dispatcher =
                network.dispatcher(
                        timeout -> {
                            answers.await();
                            return archived.get();
                        });
        dispatcher.start();
        await(() -> dispatcher.status().inFlight() == 500);
        MessageId urgent = network.send(true);
        await(() -> network.ledger.counts(urgent).claimed() == 500);
        assertThat(network.ledger.counts(calm).claimed()).isEqualTo(500);
        assertThat(relay.taken()).as("no claim is safe yet").isEmpty();

        archived.set(true);
        answers.countDown();
        await(() -> relay.taken().size() == 2400);
        await(() -> network.ledger.counts(calm).handedOver() == 1200);
    }

    @Test
    void aCrashLeavesDoubtOnlyAboutWhatWasClaimedAndNobodyIsMailedTwice() throws Exception {
        start((stage, to) -> FakeRelay.ok(stage), 2, 60);
        MessageId id = network.send(false);
        // As if an earlier process had handed 20 over and died with 10 claimed.
        List<DeliveryView> all =
                network.ledger.page(id, Optional.empty(), Optional.empty()).items();
        mark(all.subList(0, 20), "handedOver");
        mark(all.subList(20, 30), "claimed");
        network.ledger.afterRestore(network.clock.instant());

        assertThat(network.messages.find(id).orElseThrow().state()).isEqualTo(MessageState.ON_HOLD);
        assertThat(network.ledger.counts(id).inDoubt()).isEqualTo(10);
        dispatch(Durability.LOCAL);
        MessageId other = network.send(false);
        await(() -> network.ledger.counts(other).handedOver() == 60);
        assertThat(relay.taken()).hasSize(60);

        assertThat(network.ledger.resend(id, Outcome.QUEUED)).isEqualTo(30);
        await(() -> network.messages.find(id).orElseThrow().state() == MessageState.SENT);
        Counts after = network.ledger.counts(id);
        assertThat(after.handedOver()).isEqualTo(50);
        assertThat(after.inDoubt()).isEqualTo(10);
        assertThat(relay.taken()).hasSize(90);

        assertThat(network.ledger.resend(id, Outcome.IN_DOUBT)).isEqualTo(10);
        await(() -> network.ledger.counts(id).handedOver() == 60);
        Map<String, Long> perPerson =
                relay.taken().stream()
                        .filter(mail -> mail.text().contains("<m" + id + "."))
                        .collect(
                                Collectors.groupingBy(
                                        FakeRelay.Taken::recipient, Collectors.counting()));
        assertThat(perPerson)
                .hasSize(40)
                .allSatisfy((person, times) -> assertThat(times).isEqualTo(1));
    }

    @Test
    void aRestartOnTheSameDirectoryGoesOnAndNamesWhoIsInDoubt() throws Exception {
        start((stage, to) -> FakeRelay.ok(stage), 2, 30);
        MessageId id = network.send(false);
        mark(
                network.ledger.page(id, Optional.empty(), Optional.empty()).items().subList(0, 5),
                "claimed");
        dispatch(Durability.LOCAL);

        await(() -> network.messages.find(id).orElseThrow().state() == MessageState.SENT);
        assertThat(network.ledger.counts(id).inDoubt()).isEqualTo(5);
        assertThat(relay.taken()).hasSize(25);
    }

    @Test
    void dropsWhatMissedItsTime() throws Exception {
        start((stage, to) -> FakeRelay.ok(stage), 1, 3);
        MessageId id = network.send(true, Optional.of(network.clock.instant().plusSeconds(60)));
        network.goAhead(Duration.ofMinutes(2));
        dispatch(Durability.LOCAL);

        await(() -> network.messages.find(id).orElseThrow().state() == MessageState.EXPIRED);
        assertThat(network.ledger.counts(id).expired()).isEqualTo(3);
        assertThat(relay.taken()).isEmpty();
    }

    @Test
    void aSecondRequestWithTheSameKeySendsNothing() throws Exception {
        start((stage, to) -> FakeRelay.ok(stage), 1, 3);
        NewMessage message =
                new NewMessage(
                        "件名",
                        "本文",
                        new Audience.Everyone(),
                        false,
                        Optional.empty(),
                        Optional.empty());
        Set<MessageId> answers = ConcurrentHashMap.newKeySet();
        List<Thread> threads =
                java.util.stream.IntStream.range(0, 4)
                        .mapToObj(
                                i ->
                                        Thread.ofVirtual()
                                                .start(
                                                        () ->
                                                                answers.add(
                                                                        network.sending.send(
                                                                                network.school.id(),
                                                                                "api",
                                                                                message,
                                                                                Optional.of(
                                                                                        "k1")))))
                        .toList();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(answers).hasSize(1);
        assertThat(network.ledger.counts(answers.iterator().next()).queued()).isEqualTo(3);
        assertThatThrownBy(
                        () -> network.ledger.resend(answers.iterator().next(), Outcome.HANDED_OVER))
                .hasMessageContaining("[invalid-request]");
    }

    @Test
    void countsReadersOnce() throws Exception {
        start((stage, to) -> FakeRelay.ok(stage), 1, 3);
        MessageId id = network.send(false);
        DeliveryView row =
                network.ledger
                        .page(id, Optional.of(Outcome.QUEUED), Optional.empty())
                        .items()
                        .getFirst();
        network.reads.start();
        assertThat(network.reads.markRead(id, row.member())).isTrue();
        assertThat(network.ledger.counts(id).read()).as("what is confirmed is there").isEqualTo(1);
        assertThat(network.reads.markRead(id, row.member())).isTrue();
        assertThat(network.reads.markRead(id, row.member())).isTrue();
        assertThat(network.reads.stop(STOP)).isTrue();

        assertThat(network.ledger.counts(id).read()).isEqualTo(1);
        assertThat(row(id, row.name()).read()).isPresent();
    }

    private void start(FakeRelay.Script script, int connections, int members) {
        relay = new FakeRelay(script);
        network = new Network(dir, relay.relay(connections));
        if (members > 0) {
            network.membersByList(members);
        }
    }

    private void dispatch(Durability durability) {
        dispatcher = network.dispatcher(durability);
        dispatcher.start();
    }

    private void mark(List<DeliveryView> rows, String outcome) {
        network.database.change(
                tx ->
                        rows.forEach(
                                row ->
                                        tx.update(
                                                "UPDATE delivery SET outcome = ? WHERE id = ?",
                                                outcome,
                                                row.id().value())));
    }

    private Map<String, DeliveryView> rows(MessageId id) {
        return network.ledger.page(id, Optional.empty(), Optional.empty()).items().stream()
                .collect(Collectors.toMap(DeliveryView::name, row -> row));
    }

    private DeliveryView row(MessageId id, String name) {
        return rows(id).values().stream()
                .filter(row -> row.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static void assertRow(DeliveryView row, Outcome outcome, String stage) {
        assertThat(row.outcome()).isEqualTo(outcome);
        assertThat(row.stage()).contains(stage);
    }

    private static MimeMessage parse(FakeRelay.Taken mail) throws Exception {
        return new MimeMessage(
                Session.getInstance(new Properties()),
                new ByteArrayInputStream(mail.text().getBytes(StandardCharsets.US_ASCII)));
    }
}
