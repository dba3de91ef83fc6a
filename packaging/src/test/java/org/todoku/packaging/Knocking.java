package org.todoku.packaging;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Mail servers that bring an empty mail ten times a second, each from another person. */
final class Knocking implements AutoCloseable {
    private static final long EVERY_NANOS = 100_000_000;
    private static final int SILENCE_MILLIS = 20_000;

    private final int port;
    private final ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();
    private final ConcurrentLinkedQueue<String> answers = new ConcurrentLinkedQueue<>();
    private final AtomicInteger next = new AtomicInteger();
    private final Thread clock;
    private volatile boolean stopping;

    Knocking(int port) {
        this.port = port;
        this.clock = Thread.ofPlatform().daemon().name("knocking").start(this::run);
    }

    /** The last line that each was told; or why there was none. */
    List<String> stop() {
        close();
        return new ArrayList<>(answers);
    }

    private void run() {
        while (!stopping) {
            int number = next.getAndIncrement();
            calls.execute(() -> answers.add(bring(number)));
            LockSupport.parkNanos(EVERY_NANOS);
        }
    }

    private String bring(int number) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(SILENCE_MILLIS);
            BufferedReader in =
                    new BufferedReader(
                            new InputStreamReader(
                                    socket.getInputStream(), StandardCharsets.US_ASCII));
            OutputStream out = socket.getOutputStream();
            String last = answer(in);
            String from = "person" + number + "@example.com";
            for (String line :
                    List.of(
                            "EHLO example.com",
                            "MAIL FROM:<" + from + ">",
                            "RCPT TO:<aoba@example.jp>",
                            "DATA",
                            "From: " + from + "\r\nMessage-ID: <" + from + ">\r\n\r\n.")) {
                if (last.charAt(0) > '3') {
                    return last;
                }
                out.write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
                out.flush();
                last = answer(in);
            }
            return last;
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static String answer(BufferedReader in) throws IOException {
        String line = in.readLine();
        while (line != null && line.length() > 3 && line.charAt(3) == '-') {
            line = in.readLine();
        }
        if (line == null) {
            throw new IOException("closed without an answer");
        }
        return line;
    }

    /** Ends when all are answered. */
    @Override
    public void close() {
        stopping = true;
        try {
            clock.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        calls.close();
    }
}
