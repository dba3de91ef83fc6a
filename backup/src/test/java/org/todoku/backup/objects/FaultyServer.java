package org.todoku.backup.objects;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Stands between a client and a real S3 server and does to some requests what networks and
 * providers do: a late answer, 500, 503 SlowDown, a connection that is cut before the request
 * arrives, after it was carried out (the lost reply), or in the middle of the answer. Or it is a
 * bucket's policy: credentials that can only add. Keeps a record of every key that was put.
 */
public final class FaultyServer implements AutoCloseable {
    /** What becomes of one request. */
    enum Fate {
        SERVED,
        LATE,
        INTERNAL_ERROR,
        SLOW_DOWN,
        LOST_REQUEST,
        LOST_REPLY,
        CUT_ANSWER
    }

    private final ServerSocket listening;
    private final URI upstream;
    private final Random random;
    private final double share;
    private final Map<Fate, Integer> seen = new EnumMap<>(Fate.class);
    private final Map<String, Integer> puts = new TreeMap<>();
    private final List<String> refused = new ArrayList<>();
    private volatile boolean addOnly;

    /**
     * @param share of the requests that are not simply served
     */
    public FaultyServer(URI upstream, long seed, double share) throws IOException {
        this.upstream = upstream;
        this.random = new Random(seed);
        this.share = share;
        this.listening = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("faulty-server").start(this::listen);
    }

    /**
     * From now on only what adds is let through: no deletion, and no put without {@code
     * If-None-Match} but below {@code status/}. As a bucket policy says it on AWS.
     */
    public FaultyServer addOnly() {
        addOnly = true;
        return this;
    }

    /** The keys that were put with success, and how often each. */
    public synchronized Map<String, Integer> puts() {
        return new TreeMap<>(puts);
    }

    /** The requests that the policy refused, method and path. */
    public synchronized List<String> refused() {
        return List.copyOf(refused);
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + listening.getLocalPort());
    }

    synchronized Map<Fate, Integer> seen() {
        return new EnumMap<>(seen);
    }

    private synchronized Fate next() {
        Fate[] all = Fate.values();
        Fate fate =
                random.nextDouble() < share ? all[1 + random.nextInt(all.length - 1)] : Fate.SERVED;
        seen.merge(fate, 1, Integer::sum);
        return fate;
    }

    private void listen() {
        while (!listening.isClosed()) {
            try {
                Socket client = listening.accept();
                Thread.ofVirtual().name("faulty-call").start(() -> serve(client));
            } catch (IOException e) {
                return;
            }
        }
    }

    /** One request a connection: every answer says that it closes. */
    private void serve(Socket client) {
        try (client;
                Socket server = new Socket(upstream.getHost(), upstream.getPort())) {
            byte[] request = request(client.getInputStream(), client.getOutputStream());
            Request read = Request.of(request);
            if (addOnly && !read.adds()) {
                synchronized (this) {
                    refused.add(read.method() + " " + read.path());
                }
                answer(client, "403 Forbidden", "AccessDenied");
                return;
            }
            Fate fate = next();
            switch (fate) {
                case INTERNAL_ERROR -> answer(client, "500 Internal Server Error", "InternalError");
                case SLOW_DOWN -> answer(client, "503 Slow Down", "SlowDown");
                case LOST_REQUEST -> {}
                default -> {
                    server.getOutputStream().write(request);
                    server.getOutputStream().flush();
                    byte[] answer = server.getInputStream().readAllBytes();
                    note(read, answer);
                    if (fate == Fate.LATE) {
                        LockSupport.parkNanos(200_000_000);
                    }
                    int length =
                            switch (fate) {
                                case LOST_REPLY -> 0;
                                case CUT_ANSWER -> answer.length - 1;
                                default -> answer.length;
                            };
                    client.getOutputStream().write(answer, 0, length);
                    client.getOutputStream().flush();
                }
            }
        } catch (IOException e) {
            // The client sees a cut connection, which is a fate too.
        }
    }

    private synchronized void note(Request request, byte[] answer) {
        String status = new String(answer, 0, Math.min(12, answer.length), US_ASCII);
        if (request.method().equals("PUT") && status.endsWith(" 200")) {
            puts.merge(request.path(), 1, Integer::sum);
        }
    }

    private record Request(String method, String path, boolean conditional) {
        static Request of(byte[] request) {
            String text = new String(request, 0, Math.min(8192, request.length), ISO_8859_1);
            String[] words = text.split(" ", 3);
            String head = text.split("\r\n\r\n", 2)[0].toLowerCase(Locale.ROOT);
            return new Request(words[0], words[1], head.contains("\r\nif-none-match:"));
        }

        boolean adds() {
            return switch (method) {
                case "GET", "HEAD" -> true;
                case "PUT" -> conditional || path.contains("/status/");
                default -> false;
            };
        }
    }

    private static void answer(Socket client, String status, String code) throws IOException {
        String body = "<?xml version=\"1.0\"?><Error><Code>" + code + "</Code></Error>";
        String answer =
                "HTTP/1.1 %s\r\nContent-Type: application/xml\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
                        .formatted(status, body.length(), body);
        client.getOutputStream().write(answer.getBytes(US_ASCII));
    }

    /** The whole request, with a header that closes the connection to the real server behind it. */
    private static byte[] request(InputStream in, OutputStream back) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
            int value = in.read();
            if (value < 0) {
                throw new IOException("no request");
            }
            head.write(value);
        }
        String text = head.toString(ISO_8859_1);
        int length = 0;
        StringBuilder kept = new StringBuilder();
        for (String line : text.split("\r\n", -1)) {
            String lower = line.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Integer.parseInt(line.substring(15).strip());
            }
            if (lower.startsWith("expect:")) {
                back.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(US_ASCII));
            }
            boolean hop = lower.startsWith("connection:") || lower.startsWith("expect:");
            if (!line.isEmpty() && !hop) {
                kept.append(line).append("\r\n");
            }
        }
        byte[] body = in.readNBytes(length);
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.writeBytes(kept.append("Connection: close\r\n\r\n").toString().getBytes(ISO_8859_1));
        whole.writeBytes(body);
        return whole.toByteArray();
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
