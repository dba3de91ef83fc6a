package org.todoku.appliance.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.todoku.appliance.delivery.Dispatcher;
import org.todoku.appliance.delivery.Durability;
import org.todoku.appliance.delivery.FakeRelay;
import org.todoku.appliance.delivery.Network;

/** A network whose mail comes in and goes out, over a relay that answers as it is told. */
record Post(FakeRelay relay, Network network, Dispatcher dispatcher, InboundMail inbound) {
    private static final Duration STOP = Duration.ofSeconds(10);

    /** With a relay that takes everything. */
    static Post open(Path dir) {
        return open(dir, (stage, to) -> FakeRelay.ok(stage));
    }

    static Post open(Path dir, FakeRelay.Script script) {
        FakeRelay relay = new FakeRelay(script);
        Network network = new Network(dir, relay.relay(2));
        Dispatcher dispatcher = network.dispatcher(Durability.LOCAL);
        dispatcher.start();
        InboundMail inbound = Rig.inbound(network);
        inbound.start();
        return new Post(relay, network, dispatcher, inbound);
    }

    void close() throws InterruptedException {
        assertThat(inbound.stop(STOP)).isTrue();
        assertThat(dispatcher.stop(STOP)).isTrue();
        network.close();
        assertThat(relay.violations()).isEmpty();
        relay.close();
    }
}
