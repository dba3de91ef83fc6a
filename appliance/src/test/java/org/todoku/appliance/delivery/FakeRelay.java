package org.todoku.appliance.delivery;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A strict SMTP server that answers as it is told; anything out of order is a failure of the test.
 */
public final class FakeRelay implements AutoCloseable {
    /**
     * What it does at a stage (ehlo, mail, rcpt, data, end) for a recipient; empty text drops the
     * connection.
     */
    public interface Script {
        String answer(String stage, String recipient);
    }

    /** A mail that was accepted or at least received whole. */
    public record Taken(String from, String recipient, String text) {}

    static final String DROP = "";

    private final ServerSocket socket;
    private final Script script;
    private final List<Taken> taken = new CopyOnWriteArrayList<>();
    private final List<String> violations = new CopyOnWriteArrayList<>();

    public FakeRelay(Script script) {
        this.script = script;
        try {
            socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().name("fake-relay").start(this::accept);
    }

    public static String ok(String stage) {
        return stage.equals("data") ? "354 go on" : "250 ok";
    }

    public Relay relay(int connections) {
        return relay(connections, 0);
    }

    public Relay relay(int connections, double perSecond) {
        return new Relay(
                "127.0.0.1",
                port(),
                Relay.Tls.NONE,
                java.util.Optional.empty(),
                perSecond,
                connections);
    }

    int port() {
        return socket.getLocalPort();
    }

    public List<Taken> taken() {
        return taken;
    }

    public List<String> violations() {
        return violations;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket connection = socket.accept();
                Thread.ofVirtual().start(() -> serve(connection));
            }
        } catch (IOException closed) {
            // The test ended.
        }
    }

    private void serve(Socket connection) {
        try (connection;
                BufferedReader in =
                        new BufferedReader(
                                new InputStreamReader(
                                        connection.getInputStream(), StandardCharsets.US_ASCII))) {
            say(connection, "220 fake");
            String from = null;
            String to = null;
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String stage = stage(line);
                if (stage.equals("quit")) {
                    say(connection, "221 bye");
                    return;
                }
                if (stage.equals("rset")) {
                    from = null;
                    to = null;
                    say(connection, "250 ok");
                    continue;
                }
                if (outOfOrder(stage, from != null, to != null)) {
                    violations.add(line);
                }
                if (stage.equals("mail")) {
                    from = path(line);
                } else if (stage.equals("rcpt")) {
                    to = path(line);
                }
                String answer = script.answer(stage, String.valueOf(to));
                if (stage.equals("rcpt") && !answer.startsWith("2")) {
                    to = null;
                }
                if (answer.equals(DROP)) {
                    return;
                }
                say(connection, answer);
                if (answer.startsWith("354")) {
                    String text = text(in);
                    String end = script.answer("end", String.valueOf(to));
                    if (end.equals(DROP) || end.startsWith("2")) {
                        taken.add(new Taken(String.valueOf(from), String.valueOf(to), text));
                    }
                    if (end.equals(DROP)) {
                        return;
                    }
                    say(connection, end);
                    from = null;
                    to = null;
                }
            }
        } catch (SocketException closed) {
            // The client went away, as clients do.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean outOfOrder(String stage, boolean from, boolean to) {
        return switch (stage) {
            case "unknown" -> true;
            case "mail" -> from;
            case "rcpt" -> !from || to;
            case "data" -> !to;
            default -> false;
        };
    }

    private static String stage(String line) {
        String verb =
                line.length() < 4 ? line : line.substring(0, 4).toUpperCase(java.util.Locale.ROOT);
        return switch (verb) {
            case "EHLO", "HELO" -> "ehlo";
            case "MAIL" -> "mail";
            case "RCPT" -> "rcpt";
            case "DATA" -> "data";
            case "RSET" -> "rset";
            case "NOOP" -> "noop";
            case "QUIT" -> "quit";
            default -> "unknown";
        };
    }

    private static String path(String line) {
        return line.substring(line.indexOf('<') + 1, line.lastIndexOf('>'));
    }

    private static String text(BufferedReader in) throws IOException {
        StringBuilder text = new StringBuilder();
        for (String line = in.readLine(); line != null && !line.equals("."); line = in.readLine()) {
            text.append(line.startsWith(".") ? line.substring(1) : line).append("\r\n");
        }
        return text.toString();
    }

    private static void say(Socket connection, String line) throws IOException {
        connection.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }
}
