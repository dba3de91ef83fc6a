package org.todoku.appliance.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.todoku.appliance.delivery.Network.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.message.MessageId;
import org.todoku.appliance.message.MessageState;

/** A relay that sells so many mails a second gets no more, also not all at once after a pause. */
class RelayQuotaTest {
    private static final int MAILS = 120;
    private static final int PER_SECOND = 50;

    @TempDir Path dir;

    @Test
    void noMailComesBeforeItsTurnWhateverTheNumberOfConnections() throws Exception {
        List<Long> came = Collections.synchronizedList(new ArrayList<>());
        FakeRelay.Script script =
                (stage, to) -> {
                    if (stage.equals("mail")) {
                        came.add(System.nanoTime());
                    }
                    return FakeRelay.ok(stage);
                };
        try (FakeRelay relay = new FakeRelay(script);
                Network network = new Network(dir, relay.relay(8, PER_SECOND))) {
            network.membersByList(MAILS);
            Dispatcher dispatcher = network.dispatcher(Durability.LOCAL);
            dispatcher.start();
            // A time without mails gives no right to a burst.
            Thread.sleep(Duration.ofSeconds(1));
            long begun = System.nanoTime();
            MessageId id = network.send(false);
            dispatcher.wake();
            await(() -> network.messages.find(id).orElseThrow().state() == MessageState.SENT);
            assertThat(dispatcher.stop(Duration.ofSeconds(10))).isTrue();

            assertThat(came).hasSize(MAILS);
            List<Long> sorted = came.stream().sorted().toList();
            long gap = Duration.ofSeconds(1).toNanos() / PER_SECOND;
            for (int i = 0; i < MAILS; i++) {
                assertThat(sorted.get(i) - begun).as("mail " + i).isGreaterThanOrEqualTo(i * gap);
            }
        }
    }
}
