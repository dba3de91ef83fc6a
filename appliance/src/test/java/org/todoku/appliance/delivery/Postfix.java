package org.todoku.appliance.delivery;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A real Postfix on loopback as a relay, with a queue of its own. */
public final class Postfix implements AutoCloseable {
    private static final Path MASTER = Path.of("/usr/lib/postfix/sbin/master");

    private final Path folder;
    private final int port;
    private final Process master;

    private Postfix(Path folder, int port, String more) throws IOException, InterruptedException {
        this.folder = folder;
        this.port = port;
        this.master = run(more);
    }

    /** Says so when not. */
    public static boolean isInstalled() {
        boolean there =
                "root".equals(System.getProperty("user.name")) && Files.isExecutable(MASTER);
        if (!there) {
            System.out.println("SKIPPED: needs root and Debian's postfix");
        }
        return there;
    }

    /**
     * @param next where it passes mail on to, on this machine
     * @param more lines of its main.cf
     */
    public static Postfix start(Path folder, int next, String more)
            throws IOException, InterruptedException {
        Files.createDirectories(folder);
        // Its programs give up their rights and have to get there all the same.
        for (Path path : new Path[] {folder, folder.resolveSibling("")}) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        int port = freePort();
        Postfix started =
                new Postfix(folder, port, "relayhost = [127.0.0.1]:" + next + "\n" + more);
        Network.await(() -> accepts(port));
        return started;
    }

    public Relay relay() {
        return new Relay("127.0.0.1", port, Relay.Tls.NONE, Optional.empty(), 0, 4);
    }

    @Override
    public void close() {
        master.destroy();
        try {
            if (!master.waitFor(10, TimeUnit.SECONDS)) {
                master.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Process run(String more) throws IOException, InterruptedException {
        Path config = Files.createDirectories(folder.resolve("etc"));
        Path queue = Files.createDirectories(folder.resolve("spool"));
        Path data = Files.createDirectories(folder.resolve("data"));
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
                %s
                smtpd_relay_restrictions = permit_mynetworks, reject
                smtp_tls_security_level = none
                smtputf8_enable = no
                alias_maps =
                maillog_file = /dev/stdout
                """
                        .formatted(queue, data, more));
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
            if (!quietly(command).waitFor(20, TimeUnit.SECONDS)) {
                throw new IllegalStateException(command[0] + " does not end");
            }
        }
        return quietly(MASTER.toString(), "-c", config.toString(), "-d");
    }

    private Process quietly(String... command) throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(folder.resolve("postfix.log").toFile()))
                .start();
    }

    static int freePort() throws IOException {
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
