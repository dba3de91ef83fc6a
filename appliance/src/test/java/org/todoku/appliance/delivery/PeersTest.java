package org.todoku.appliance.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.todoku.appliance.delivery.Network.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.message.MessageId;
import org.todoku.appliance.message.MessageState;

/** Mail servers as they are: few sessions, few mails each, every answer at every stage, silence. */
class PeersTest {
    private static final byte[] MAIL =
            "Subject: x\r\n\r\ny\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final EmailAddress TO = EmailAddress.of("someone@example.jp");
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    @TempDir Path dir;

    /**
     * Whether it is certainly not sent, put off or refused; 5xx about us is no refusal of theirs.
     */
    @ParameterizedTest
    @CsvSource({
        "ehlo, 421, Unsent", "ehlo, 450, Unsent", "ehlo, 550, Unsent",
        "mail, 421, Unsent", "mail, 450, Temporary", "mail, 550, Temporary",
        "rcpt, 421, Unsent", "rcpt, 450, Temporary", "rcpt, 550, Permanent",
        "data, 421, Unsent", "data, 450, Temporary", "data, 550, Permanent",
        "end, 421, Temporary", "end, 450, Temporary", "end, 550, Permanent"
    })
    void eachAnswerAtEachStageMeansWhatItSays(String at, String code, String meant) {
        FakeRelay.Script script =
                (stage, to) -> stage.equals(at) ? code + " no" : FakeRelay.ok(stage);
        try (FakeRelay relay = new FakeRelay(script)) {
            RelayConnection connection = connection(relay.relay(1));
            SendResult result = connection.send("a@b.example", TO, MAIL);
            assertThat(result.getClass().getSimpleName()).isEqualTo(meant);
            assertThat(result.response()).contains("no");
            assertThat(relay.taken()).isEmpty();
            connection.close();
        }
    }

    @Test
    void aServerThatEndsEachConnectionAfterTwentyMailsGetsEachMailOnce() throws Exception {
        sendTo(
                new FakeRelay.Script() {
                    @Override
                    public String answer(String stage, String recipient) {
                        return FakeRelay.ok(stage);
                    }

                    @Override
                    public boolean cuts(int mails) {
                        return mails == 20;
                    }
                },
                100);
    }

    @Test
    void aServerThatAllowsTwoSessionsGetsEachMailOnce() throws Exception {
        sendTo(
                new FakeRelay.Script() {
                    @Override
                    public String answer(String stage, String recipient) {
                        return FakeRelay.ok(stage);
                    }

                    @Override
                    public String greeting(int open) {
                        return open > 2 ? "421 4.7.0 too many connections" : "220 fake";
                    }
                },
                60);
    }

    /** Byte by byte, but within its time: slow is not down. */
    @Test
    void aServerThatDripsGetsItsMail() {
        FakeRelay.Script script =
                new FakeRelay.Script() {
                    @Override
                    public String answer(String stage, String recipient) {
                        return FakeRelay.ok(stage);
                    }

                    @Override
                    public Duration drip() {
                        return Duration.ofMillis(20);
                    }
                };
        try (FakeRelay relay = new FakeRelay(script)) {
            SendResult result = connection(relay.relay(1)).send("a@b.example", TO, MAIL);
            assertThat(result).isInstanceOf(SendResult.Accepted.class);
            assertThat(relay.taken()).hasSize(1);
        }
    }

    /** Silence before the content: not sent. Silence after it: nobody can know. */
    @ParameterizedTest
    @CsvSource({"ehlo, Unsent", "mail, Unsent", "rcpt, Unsent", "data, Unsent", "end, Unknown"})
    void aServerThatFallsSilentIsJudgedByTheStage(String at, String meant) throws Exception {
        try (SilentPeer peer = new SilentPeer(at)) {
            RelayConnection connection = connection(peer.relay());
            SendResult result = connection.send("a@b.example", TO, MAIL);
            assertThat(result.getClass().getSimpleName()).isEqualTo(meant);
        }
    }

    /**
     * Addresses from before 2009 go quoted to who takes them so, raw to who does not, and the next
     * time at once: another process knows it too.
     */
    @ParameterizedTest
    @CsvSource({"501 5.5.4 syntax", "553 5.1.3 bad address", "550 5.1.3 not understood"})
    void anAddressThatBreaksTheRulesIsTakenInTheFormThatTheReceiverWants(String no)
            throws Exception {
        List<String> asked = Collections.synchronizedList(new ArrayList<>());
        FakeRelay.Script script =
                (stage, to) -> {
                    if (!stage.equals("rcpt")) {
                        return FakeRelay.ok(stage);
                    }
                    asked.add(to);
                    boolean quoted = to.startsWith("\"");
                    return quoted == to.endsWith("softbank.example") ? FakeRelay.ok(stage) : no;
                };
        try (FakeRelay relay = new FakeRelay(script);
                Network network = new Network(dir, relay.relay(1))) {
            network.member("abc..def.@docomo.example");
            network.member("abc..def.@softbank.example");
            send(network);
            send(network);
        }
        assertThat(asked)
                .containsExactlyInAnyOrder(
                        "\"abc..def.\"@docomo.example",
                        "abc..def.@docomo.example",
                        "abc..def.@docomo.example",
                        "\"abc..def.\"@softbank.example",
                        "\"abc..def.\"@softbank.example");
    }

    @Test
    void anAddressThatIsTakenInNoFormIsRefused() {
        FakeRelay.Script script =
                (stage, to) -> stage.equals("rcpt") ? "553 5.1.3 no" : FakeRelay.ok(stage);
        try (FakeRelay relay = new FakeRelay(script)) {
            RelayConnection connection = connection(relay.relay(1));
            EmailAddress to = EmailAddress.of("abc..def.@docomo.example");
            for (int i = 0; i < 2; i++) {
                SendResult result = connection.send("a@b.example", to, MAIL);
                assertThat(result).isInstanceOf(SendResult.Permanent.class);
            }
            connection.close();
        }
    }

    private static void send(Network network) throws Exception {
        MessageId id = network.send(false);
        Dispatcher dispatcher = network.dispatcher(Durability.LOCAL);
        dispatcher.start();
        await(() -> network.messages.find(id).orElseThrow().state() == MessageState.SENT);
        assertThat(dispatcher.stop(Duration.ofSeconds(10))).isTrue();
        assertThat(network.ledger.counts(id).handedOver()).isEqualTo(2);
    }

    private static RelayConnection connection(Relay relay) {
        return new RelayConnection(relay, "todoku.example", PATIENCE, AddressForms.unkept());
    }

    private void sendTo(FakeRelay.Script script, int members) throws Exception {
        try (FakeRelay relay = new FakeRelay(script);
                Network network = new Network(dir, relay.relay(4))) {
            network.membersByList(members);
            MessageId id = network.send(false);
            Dispatcher dispatcher = network.dispatcher(Durability.LOCAL);
            dispatcher.start();
            await(
                    () -> {
                        // Relays rest by the clock.
                        network.goAhead(Duration.ofSeconds(1));
                        return network.messages.find(id).orElseThrow().state() == MessageState.SENT;
                    });
            assertThat(dispatcher.stop(Duration.ofSeconds(10))).isTrue();
            assertThat(network.ledger.counts(id).handedOver()).isEqualTo(members);
            assertThat(relay.taken())
                    .extracting(FakeRelay.Taken::recipient)
                    .doesNotHaveDuplicates()
                    .hasSize(members);
        }
    }

    /** Says nothing more from a stage on, and keeps the line. */
    private static final class SilentPeer implements AutoCloseable {
        private final ServerSocket socket =
                new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        private final List<Socket> held = new ArrayList<>();
        private final String from;

        SilentPeer(String from) throws IOException {
            this.from = from;
            Thread.ofVirtual().start(this::accept);
        }

        Relay relay() {
            return new Relay(
                    "127.0.0.1", socket.getLocalPort(), Relay.Tls.NONE, Optional.empty(), 0, 1);
        }

        private void accept() {
            try {
                while (true) {
                    Socket connection = socket.accept();
                    synchronized (held) {
                        held.add(connection);
                    }
                    Thread.ofVirtual().start(() -> serve(connection));
                }
            } catch (IOException closed) {
                // The test ended.
            }
        }

        private void serve(Socket connection) {
            try {
                var in =
                        new BufferedReader(
                                new InputStreamReader(
                                        connection.getInputStream(), StandardCharsets.US_ASCII));
                var out = connection.getOutputStream();
                out.write(bytes("220 quiet"));
                boolean content = false;
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                    String stage =
                            content ? "end" : line.substring(0, 4).toLowerCase(Locale.ROOT).strip();
                    if (content && !line.equals(".")) {
                        continue;
                    }
                    if (stage.equals(from)) {
                        continue;
                    }
                    content = stage.equals("data");
                    out.write(bytes(content ? "354 go on" : "250 ok"));
                }
            } catch (IOException closed) {
                // The client went away.
            }
        }

        private static byte[] bytes(String line) {
            return (line + "\r\n").getBytes(StandardCharsets.US_ASCII);
        }

        @Override
        public void close() throws IOException {
            socket.close();
            synchronized (held) {
                for (Socket one : held) {
                    one.close();
                }
            }
        }
    }
}
