package org.todoku.appliance.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Postfix's own programs for measuring: {@code smtp-sink}, which takes mails and throws them away,
 * and {@code smtp-source}, which sends one mail over and over as fast as SMTP goes.
 */
final class MailPeer implements AutoCloseable {
    private static final Path SINK = Path.of("/usr/sbin/smtp-sink");
    private static final Path SOURCE = Path.of("/usr/sbin/smtp-source");
    private static final int WAITING = 100;

    private final Process sink;
    private final int port;

    private MailPeer(Process sink, int port) {
        this.sink = sink;
        this.port = port;
    }

    /**
     * A sink on a free port of loopback.
     *
     * @throws IOException where Postfix is not installed
     */
    static MailPeer start() throws IOException {
        if (!Files.isExecutable(SINK) || !Files.isExecutable(SOURCE)) {
            throw new IOException("no " + SINK + ": install Debian's postfix to measure mail");
        }
        int port = freePort();
        List<String> command = new ArrayList<>(List.of(SINK.toString()));
        if ("root".equals(System.getProperty("user.name"))) {
            // As root it insists on another user, as another it cannot change.
            command.addAll(List.of("-u", "nobody"));
        }
        command.addAll(List.of("127.0.0.1:" + port, Integer.toString(WAITING)));
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        MailPeer peer = new MailPeer(process, port);
        peer.await();
        return peer;
    }

    int port() {
        return port;
    }

    /** How many mails a second smtp-source sends to this sink. */
    double ceiling(int mails, int connections, int bytes) throws IOException, InterruptedException {
        List<String> command =
                List.of(
                        SOURCE.toString(),
                        // Keeps its connections, as we do.
                        "-d",
                        "-s",
                        "" + connections,
                        "-m",
                        "" + mails,
                        "-l",
                        "" + bytes,
                        "127.0.0.1:" + port);
        long begun = System.nanoTime();
        Process source =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        if (!source.waitFor(5, TimeUnit.MINUTES) || source.exitValue() != 0) {
            source.destroy();
            throw new IOException("smtp-source failed");
        }
        return mails / ((System.nanoTime() - begun) / 1e9);
    }

    private void await() throws IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (sink.isAlive() && System.nanoTime() < end) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                if (socket.isConnected()) {
                    return;
                }
            } catch (IOException e) {
                LockSupport.parkNanos(20_000_000);
            }
        }
        close();
        throw new IOException("smtp-sink does not take connections");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        sink.destroy();
    }
}
