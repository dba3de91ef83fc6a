package org.todoku.appliance.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.todoku.appliance.delivery.Network.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.message.MessageId;
import org.todoku.appliance.message.MessageState;

/**
 * Postfix's smtp-sink as the relay: an SMTP server of Postfix's own code, and fast enough to show
 * our speed.
 */
class SinkIT {
    private static final Path SINK = Path.of("/usr/sbin/smtp-sink");
    private static final int MEMBERS = Integer.getInteger("todoku.sink.members", 500);

    @TempDir Path dir;

    @Test
    void postfixTakesEveryMailOnce() throws Exception {
        assumeTrue(Files.isExecutable(SINK), "SKIPPED: no " + SINK + "; install Debian's postfix");
        int port = freePort();
        Process sink =
                new ProcessBuilder(command(port))
                        .redirectErrorStream(true)
                        .redirectOutput(dir.resolve("sink.log").toFile())
                        .start();
        Relay relay = new Relay("127.0.0.1", port, Relay.Tls.NONE, Optional.empty(), 0, 8);
        try (Network network = new Network(dir, relay)) {
            await(() -> accepts(port));
            network.membersByList(MEMBERS);
            MessageId id = network.send(false);
            Dispatcher dispatcher = network.dispatcher(Durability.LOCAL);
            long start = System.nanoTime();
            dispatcher.start();
            await(() -> network.messages.find(id).orElseThrow().state() == MessageState.SENT);
            double seconds = (System.nanoTime() - start) / 1e9;
            System.out.printf(
                    "figure: %d mails in %.2f s, %.0f a second%n",
                    MEMBERS, seconds, MEMBERS / seconds);
            assertThat(network.ledger.counts(id).handedOver()).isEqualTo(MEMBERS);
            assertThat(dispatcher.stop(Duration.ofSeconds(10))).isTrue();
        } finally {
            sink.destroy();
        }
    }

    /** As root smtp-sink insists on changing to another user, as others it cannot. */
    private static List<String> command(int port) {
        List<String> user =
                "root".equals(System.getProperty("user.name"))
                        ? List.of("-u", "nobody")
                        : List.of();
        List<String> command = new ArrayList<>(List.of(SINK.toString()));
        command.addAll(user);
        command.addAll(List.of("127.0.0.1:" + port, "100"));
        return command;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static boolean accepts(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }
}
