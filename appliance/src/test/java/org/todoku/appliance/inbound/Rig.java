package org.todoku.appliance.inbound;

import java.nio.charset.StandardCharsets;
import org.todoku.appliance.delivery.Network;
import org.todoku.appliance.delivery.bounce.Bounces;
import org.todoku.appliance.delivery.bounce.ReturnPaths;
import org.todoku.appliance.survey.Answers;

/** Incoming mail over a network of the tests. */
final class Rig {
    private Rig() {}

    /** Wired, not started. */
    static InboundMail inbound(Network network) {
        return new InboundMail(
                network.database,
                network.clock,
                new InboundMail.Parts(
                        network.organisations,
                        network.members,
                        network.outgoing,
                        network.texts,
                        new ReturnPaths(network.tokens),
                        new Bounces(network.ids),
                        ReturnPaths.forAnswers(network.tokens),
                        new Answers(network.database, network.clock),
                        network.ids,
                        network.settings));
    }

    /** As if the listener had taken it. */
    static void arrive(Network network, String from, String to, String mail) {
        long id = network.ids.next();
        Boolean stored =
                network.database.write(
                        tx ->
                                InboundStore.insert(
                                        tx,
                                        new InboundStore.Arrived(
                                                id,
                                                network.clock.instant(),
                                                from,
                                                to,
                                                "<" + id + "@example.jp>",
                                                mail.getBytes(StandardCharsets.UTF_8)),
                                        network.school.id()));
        if (!stored) {
            throw new IllegalStateException("the mail was there before");
        }
    }
}
