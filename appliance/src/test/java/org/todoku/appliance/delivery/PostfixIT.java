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
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.message.MessageId;

/**
 * A real Postfix between us and the member's server, as at most operators': what it takes from us
 * it passes on.
 */
class PostfixIT {
    private static final Path MASTER = Path.of("/usr/lib/postfix/sbin/master");

    @TempDir Path dir;

    @Test
    void postfixPassesEveryMailOnUnchanged() throws Exception {
        boolean root = "root".equals(System.getProperty("user.name"));
        assumeTrue(root && Files.isExecutable(MASTER), "SKIPPED: needs root and Debian's postfix");
        Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
        int port = freePort();
        FakeRelay memberServer = new FakeRelay((stage, to) -> FakeRelay.ok(stage));
        Process master = startPostfix(port, memberServer.port());
        Relay relay = new Relay("127.0.0.1", port, Relay.Tls.NONE, Optional.empty(), 0, 4);
        try (Network network = new Network(dir.resolve("todoku"), relay)) {
            await(() -> accepts(port));
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
            master.destroy();
            assertThat(master.waitFor(10, TimeUnit.SECONDS)).isTrue();
            memberServer.close();
        }
    }

    private Process startPostfix(int port, int next) throws IOException, InterruptedException {
        Path config = Files.createDirectories(dir.resolve("postfix/etc"));
        Path queue = Files.createDirectories(dir.resolve("postfix/spool"));
        Path data = Files.createDirectories(dir.resolve("postfix/data"));
        Files.writeString(
                config.resolve("main.cf"),
                """
                compatibility_level = 3.6
                queue_directory = %s
                data_directory = %s
                command_directory = /usr/sbin
                daemon_directory = /usr/lib/postfix/sbin
                mail_owner = postfix
                setgid_group = postdrop
                inet_interfaces = 127.0.0.1
                inet_protocols = ipv4
                myhostname = relay.example
                mydestination =
                mynetworks = 127.0.0.0/8
                relayhost = [127.0.0.1]:%d
                smtpd_relay_restrictions = permit_mynetworks, reject
                smtp_tls_security_level = none
                smtputf8_enable = no
                alias_maps =
                maillog_file = /dev/stdout
                """
                        .formatted(queue, data, next));
        Files.writeString(
                config.resolve("master.cf"),
                """
                127.0.0.1:%d inet n - n - - smtpd
                cleanup unix n - n - 0 cleanup
                qmgr unix n - n 300 1 qmgr
                rewrite unix - - n - - trivial-rewrite
                bounce unix - - n - 0 bounce
                defer unix - - n - 0 bounce
                trace unix - - n - 0 bounce
                smtp unix - - n - - smtp
                relay unix - - n - - smtp
                error unix - - n - - error
                retry unix - - n - - error
                anvil unix - - n - 1 anvil
                scache unix - - n - 1 scache
                proxymap unix - - n - - proxymap
                postlog unix-dgram n - n - 1 postlogd
                """
                        .formatted(port));
        for (String[] command :
                new String[][] {
                    {"chown", "postfix", data.toString()},
                    {"/usr/sbin/postfix", "-c", config.toString(), "check"}
                }) {
            Process done = quietly(command);
            assertThat(done.waitFor(20, TimeUnit.SECONDS)).isTrue();
        }
        return quietly(MASTER.toString(), "-c", config.toString(), "-d");
    }

    private Process quietly(String... command) throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(dir.resolve("postfix.log").toFile()))
                .start();
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
