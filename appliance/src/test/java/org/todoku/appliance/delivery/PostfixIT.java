package org.todoku.appliance.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.todoku.appliance.delivery.Network.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.message.MessageId;

/**
 * A real Postfix between us and the member's server, as at most operators': what it takes from us
 * it passes on.
 */
@EnabledIf("org.todoku.appliance.delivery.Postfix#isInstalled")
class PostfixIT {
    @TempDir Path dir;

    @Test
    void postfixPassesEveryMailOnUnchanged() throws Exception {
        FakeRelay memberServer = new FakeRelay((stage, to) -> FakeRelay.ok(stage));
        try (Postfix postfix = Postfix.start(dir.resolve("postfix"), memberServer.port(), "");
                Network network = new Network(dir.resolve("todoku"), postfix.relay())) {
            network.membersByList(20);
            network.member("abc..def.@docomo.ne.jp");
            MessageId id = network.send(false);
            Dispatcher dispatcher = network.dispatcher(Durability.LOCAL);
            dispatcher.start();
            await(() -> network.ledger.counts(id).handedOver() == 21);
            await(() -> memberServer.taken().size() >= 21);
            assertThat(dispatcher.stop(Duration.ofSeconds(10))).isTrue();

            Set<String> recipients =
                    memberServer.taken().stream()
                            .map(FakeRelay.Taken::recipient)
                            .collect(Collectors.toSet());
            assertThat(recipients).hasSize(21).contains("\"abc..def.\"@docomo.ne.jp");
            assertThat(memberServer.taken())
                    .hasSize(21)
                    .allMatch(mail -> mail.text().contains("Message-ID: <m" + id + ".d"));
        } finally {
            memberServer.close();
        }
    }
}
