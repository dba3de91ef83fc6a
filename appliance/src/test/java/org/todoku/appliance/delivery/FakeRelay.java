package org.todoku.appliance.delivery;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

/**
 * A strict SMTP server that answers as it is told; anything out of order is a failure of the test.
 */
public final class FakeRelay implements AutoCloseable {
    /**
     * What it does at a stage (ehlo, starttls, mail, rcpt, data, end) for a recipient; empty text
     * drops the connection.
     */
    public interface Script {
        String answer(String stage, String recipient);

        /**
         * What it says first; anything but 220 ends the connection.
         *
         * @param open how many connections there are with this one
         */
        default String greeting(int open) {
            return "220 fake";
        }

        /** Whether it goes away without a word after so many mails of one connection. */
        default boolean cuts(int mails) {
            return false;
        }

        /** How long it takes for each byte of an answer. */
        default Duration drip() {
            return Duration.ZERO;
        }
    }

    /**
     * A mail that was accepted or at least received whole.
     *
     * @param secured whether it came over TLS
     */
    public record Taken(String from, String recipient, String text, boolean secured) {}

    static final String DROP = "";

    private final ServerSocket socket;
    private final Script script;
    private final Optional<SSLContext> tls;
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final List<Taken> taken = new CopyOnWriteArrayList<>();
    private final List<String> violations = new CopyOnWriteArrayList<>();

    public FakeRelay(Script script) {
        this(script, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), Optional.empty());
    }

    /**
     * @param tls what STARTTLS, which it offers then, is done with; the script's stage {@code
     *     starttls} says what is answered to that, and {@link #DROP} there goes away after its 220
     */
    FakeRelay(Script script, InetSocketAddress at, Optional<SSLContext> tls) {
        this.script = script;
        this.tls = tls;
        try {
            socket = new ServerSocket(at.getPort(), 50, at.getAddress());
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
                "127.0.0.1", port(), Relay.Tls.NONE, Optional.empty(), perSecond, connections);
    }

    int port() {
        return socket.getLocalPort();
    }

    public List<Taken> taken() {
        return taken;
    }

    /** How many connections there were at once. */
    int mostOpen() {
        return most.get();
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
        int now = open.incrementAndGet();
        try (connection) {
            most.accumulateAndGet(now, Math::max);
            String greeting = script.greeting(now);
            say(connection, greeting);
            if (greeting.startsWith("220")) {
                serve(connection, false);
            }
        } catch (SocketException | SSLException closed) {
            // The client went away, as clients do, or did not like our certificate.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            open.decrementAndGet();
        }
    }

    private void secure(Socket connection, SSLContext context) throws IOException {
        try (SSLSocket secured =
                (SSLSocket) context.getSocketFactory().createSocket(connection, null, 0, true)) {
            secured.setUseClientMode(false);
            secured.startHandshake();
            serve(secured, true);
        }
    }

    private void serve(Socket connection, boolean secured) throws IOException {
        try (BufferedReader in =
                new BufferedReader(
                        new InputStreamReader(
                                connection.getInputStream(), StandardCharsets.US_ASCII))) {
            String from = null;
            String to = null;
            int mails = 0;
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
                if (stage.equals("starttls")) {
                    if (startTls(connection)) {
                        continue;
                    }
                    return;
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
                if (stage.equals("ehlo") && tls.isPresent() && !secured) {
                    say(connection, "250-fake\r\n250 STARTTLS");
                    continue;
                }
                say(connection, answer);
                if (answer.startsWith("354")) {
                    mails++;
                    Taken mail =
                            new Taken(String.valueOf(from), String.valueOf(to), text(in), secured);
                    if (!take(connection, mail) || script.cuts(mails)) {
                        return;
                    }
                    from = null;
                    to = null;
                }
            }
        }
    }

    /** Whether it goes on without. */
    private boolean startTls(Socket connection) throws IOException {
        String answer = script.answer("starttls", "");
        say(connection, answer.equals(DROP) ? "220 go on" : answer);
        if (answer.startsWith("220")) {
            secure(connection, tls.orElseThrow());
        }
        return !answer.equals(DROP) && !answer.startsWith("220");
    }

    /** Whether it goes on. */
    private boolean take(Socket connection, Taken mail) throws IOException {
        String end = script.answer("end", mail.recipient);
        if (end.equals(DROP) || end.startsWith("2")) {
            taken.add(mail);
        }
        if (!end.equals(DROP)) {
            say(connection, end);
        }
        return !end.equals(DROP);
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
            case "STAR" -> "starttls";
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

    private void say(Socket connection, String line) throws IOException {
        byte[] bytes = (line + "\r\n").getBytes(StandardCharsets.US_ASCII);
        long drip = script.drip().toNanos();
        if (drip == 0) {
            connection.getOutputStream().write(bytes);
            return;
        }
        for (byte one : bytes) {
            LockSupport.parkNanos(drip);
            connection.getOutputStream().write(one);
        }
    }
}
