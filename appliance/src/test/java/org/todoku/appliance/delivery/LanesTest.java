package org.todoku.appliance.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.todoku.appliance.delivery.Network.await;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.message.MessageId;
import org.todoku.appliance.message.MessageState;

/** One destination that blocks or crawls, and all the others. */
@SuppressWarnings("NullAway.Init")
class LanesTest {
    private static final int BLOCKED = 3000;
    private static final int OTHERS = 300;

    @TempDir Path dir;
    private Network network;
    private FakeRelay relay;
    private Dispatcher dispatcher;

    @AfterEach
    void close() throws InterruptedException {
        assertThat(dispatcher.stop(Duration.ofSeconds(20))).isTrue();
        relay.close();
        network.close();
    }

    /** The 2018 flood in Okayama: three thousand refusals ahead of everybody else. */
    @Test
    void threeThousandMailsThatArePutOffHoldUpNobody() throws Exception {
        AtomicInteger putOff = new AtomicInteger();
        start(
                (stage, to) -> {
                    if (stage.equals("rcpt") && to.endsWith("@blocked.example")) {
                        putOff.incrementAndGet();
                        return "450 4.7.1 too many, later";
                    }
                    return FakeRelay.ok(stage);
                });
        MessageId id = sendToBoth();
        await(() -> othersTaken() == OTHERS);
        assertThat(network.ledger.counts(id).handedOver()).isLessThanOrEqualTo(OTHERS);
        assertThat(putOff.get()).as("it is not asked three thousand times").isLessThan(60);
        assertThat(dispatcher.status().lanes())
                .anySatisfy(
                        lane -> {
                            assertThat(lane.name()).isEqualTo("blocked.example");
                            assertThat(lane.rest()).isPositive();
                            assertThat(lane.problem()).contains("too many");
                        });
        var progress = new Progress(network.database, network.clock, dispatcher).of(id);
        assertThat(progress)
                .extracting(LaneProgress::name)
                .containsExactly("blocked.example", "other.example");
        LaneProgress blocked = progress.getFirst();
        assertThat(blocked.percent()).isZero();
        assertThat(blocked.total()).isEqualTo(BLOCKED);
        assertThat(blocked.problem()).contains("too many");
        assertThat(blocked.done()).as("nobody can say").isEmpty();
        assertThat(blocked.nextTry()).isPresent();
        Counts counts = network.ledger.counts(id);
        assertThat(counts.queued() + counts.deferred() + counts.claimed())
                .as("nobody is forgotten")
                .isGreaterThanOrEqualTo(BLOCKED);
    }

    /** It answers, but takes its time: the others have the other connections. */
    @Test
    void aDestinationThatCrawlsHoldsUpNobody() throws Exception {
        start(
                (stage, to) -> {
                    if (stage.equals("end") && to.endsWith("@blocked.example")) {
                        LockSupport.parkNanos(3_000_000_000L);
                    }
                    return FakeRelay.ok(stage);
                });
        sendToBoth();
        await(() -> othersTaken() == OTHERS);
        int slow = relay.taken().size() - OTHERS;
        assertThat(slow).as("meanwhile it took a few").isLessThan(60);
    }

    @Test
    void urgentMailsPassThoseThatWait() throws Exception {
        start(
                (stage, to) -> {
                    LockSupport.parkNanos(5_000_000L);
                    return FakeRelay.ok(stage);
                });
        network.membersByList(2000);
        MessageId slow = network.send(false);
        dispatcher.start();
        await(() -> relay.taken().size() > 50);
        MessageId urgent = network.send(true);
        await(() -> network.messages.find(urgent).orElseThrow().state() == MessageState.SENT);
        assertThat(network.ledger.counts(slow).handedOver()).isLessThan(2000);
    }

    /** 100 a second for 1,200 mails to three destinations: said on the way, and come true. */
    @Test
    void saysWhenItWillBeDone() throws Exception {
        relay = new FakeRelay((stage, to) -> FakeRelay.ok(stage));
        network = new Network(dir, relay.relay(8, 100));
        dispatcher = network.dispatcher(Durability.LOCAL);
        network.membersByList(700, "large.example");
        network.membersByList(300, "middle.example");
        network.membersByList(200, "small.example");
        MessageId id = network.send(false);
        Instant begun = network.clock.instant();
        dispatcher.start();
        var progress = new Progress(network.database, network.clock, dispatcher);
        await(() -> relay.taken().size() > 500);
        Instant said =
                progress.of(id).stream()
                        .map(lane -> lane.done().orElseThrow())
                        .max(Comparator.naturalOrder())
                        .orElseThrow();
        await(() -> network.messages.find(id).orElseThrow().state() == MessageState.SENT);
        Instant end = network.clock.instant();
        double off =
                Math.abs(Duration.between(said, end).toMillis())
                        / (double) Duration.between(begun, end).toMillis();
        System.out.printf("figure: estimate of the end, off by %.2f of the whole time%n", off);
        // A fifth on a quiet machine; this is for one that builds beside it.
        assertThat(off).isLessThan(0.6);
        assertThat(progress.of(id)).allMatch(lane -> lane.percent() == 100 && lane.open() == 0);
    }

    private void start(FakeRelay.Script script) {
        relay = new FakeRelay(script);
        network = new Network(dir, relay.relay(8));
        dispatcher = network.dispatcher(Durability.LOCAL);
    }

    private MessageId sendToBoth() {
        network.membersByList(BLOCKED, "blocked.example");
        network.membersByList(OTHERS, "other.example");
        MessageId id = network.send(false);
        dispatcher.start();
        return id;
    }

    private long othersTaken() {
        return relay.taken().stream()
                .filter(mail -> mail.recipient().endsWith("@other.example"))
                .count();
    }
}
