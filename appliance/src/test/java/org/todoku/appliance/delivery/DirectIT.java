package org.todoku.appliance.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.todoku.appliance.delivery.Network.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.delivery.direct.Exchanges;
import org.todoku.appliance.delivery.direct.StsPolicies;
import org.todoku.appliance.message.MessageId;
import org.todoku.appliance.names.Bind;
import org.todoku.appliance.names.Names;

/** Without a relay: straight to the servers that a real name server names. */
@EnabledIf("org.todoku.appliance.names.Bind#isInstalled")
class DirectIT {
    @TempDir Path dir;

    @Test
    void eachDomainGetsItsMailAndOneThatIsAwayHoldsUpNobody() throws Exception {
        FakeRelay server = new FakeRelay((stage, to) -> FakeRelay.ok(stage));
        Network network = new Network(dir);
        network.membersByList(200, "good.test");
        network.membersByList(100, "away.test");
        network.member("someone@none.test");
        network.member("someone@nowhere.good.test");
        MessageId id = network.send(false);
        try (Bind bind =
                Bind.start(
                        dir.resolve("bind"),
                        Map.of(
                                // The first does not exist: the next is tried.
                                "good.test", "@ IN MX 5 gone.invalid.\n@ IN MX 10 localhost.\n",
                                "away.test", "@ IN MX 10 gone.invalid.\n",
                                "none.test", "@ IN MX 0 .\n"))) {
            Names names = Names.at(Optional.of(bind.at()));
            var exchanges = new Exchanges(names, new StsPolicies(names, network.clock));
            Dispatcher dispatcher =
                    new Dispatcher(
                            network.database,
                            network.clock,
                            network.parts(Durability.LOCAL),
                            Duration.ofSeconds(1),
                            new DirectRouting(exchanges, network.clock, server.relay(1).port()));
            dispatcher.start();
            await(() -> server.taken().size() == 200);
            await(() -> network.ledger.counts(id).refused() == 2);
            assertThat(server.taken()).allMatch(mail -> mail.recipient().endsWith("@good.test"));
            // The relay has them before the ledger has heard of it.
            await(() -> network.ledger.counts(id).handedOver() == 200);
            Counts counts = network.ledger.counts(id);
            assertThat(counts.deferred()).as("put off, not refused and not lost").isPositive();
            assertThat(counts.deferred() + counts.queued() + counts.claimed()).isEqualTo(100);
            assertThat(
                            network.ledger
                                    .page(id, Optional.of(Outcome.REFUSED), Optional.empty())
                                    .items())
                    .extracting(row -> row.reason().orElse(""))
                    .anySatisfy(why -> assertThat(why).contains("RFC 7505"))
                    .anySatisfy(why -> assertThat(why).contains("no mail server"));
            assertThat(dispatcher.stop(Duration.ofSeconds(20))).isTrue();
        }
        network.close();
        server.close();
    }
}
