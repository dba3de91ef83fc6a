package org.todoku.appliance.inbound;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
import org.todoku.appliance.delivery.Network;
import org.todoku.appliance.delivery.bounce.Bounces;
import org.todoku.appliance.delivery.bounce.ReturnPaths;
import org.todoku.appliance.inbound.proof.SenderProofs;
import org.todoku.appliance.names.Names;
import org.todoku.appliance.survey.Answers;

/** Incoming mail over a network of the tests. */
public final class Rig {
    private Rig() {}

    /** Where mail comes in. */
    public static Intake intake(Network network) {
        return new Intake(
                network.database,
                network.ids,
                network.clock,
                network.organisations,
                network.settings.domain());
    }

    /** Wired, not started. */
    public static InboundMail inbound(Network network) {
        InetSocketAddress nobody = new InetSocketAddress(InetAddress.getLoopbackAddress(), 9);
        return inbound(network, Names.at(Optional.of(nobody)));
    }

    /** The same, with somebody to ask about names. */
    static InboundMail inbound(Network network, Names names) {
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
                        network.settings,
                        new InboundMail.Proxies(
                                new ProxySenders(
                                        network.database,
                                        network.ids,
                                        network.clock,
                                        new Random(5)),
                                new SenderProofs(names),
                                network.sending,
                                network.messages,
                                network.attachments,
                                new Random(6))));
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
