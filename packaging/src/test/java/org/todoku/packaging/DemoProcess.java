package org.todoku.packaging;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/** {@code ./todoku demo} as its own process; closing ends it with SIGTERM. */
final class DemoProcess implements AutoCloseable {
    /** The launcher may have to build first. */
    private static final Duration START = Duration.ofMinutes(5);

    private static final Duration STOP = Duration.ofSeconds(10);

    private final Process process;
    private final Path output;
    private final int port;

    private DemoProcess(Process process, Path output, int port) {
        this.process = process;
        this.output = output;
        this.port = port;
    }

    static DemoProcess start(Path directory) throws IOException, InterruptedException {
        Path root = Path.of(System.getProperty("todoku.root"));
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        Path output = Files.createTempFile("demo", ".log");
        ProcessBuilder builder =
                new ProcessBuilder(
                        root.resolve("todoku").toString(),
                        "demo",
                        "--data",
                        directory.toString(),
                        "--port",
                        String.valueOf(port));
        builder.redirectErrorStream(true).redirectOutput(output.toFile());
        DemoProcess demo = new DemoProcess(builder.start(), output, port);
        demo.awaitReady();
        return demo;
    }

    String address() {
        return "http://localhost:" + port;
    }

    String output() throws IOException {
        return Files.readString(output, StandardCharsets.UTF_8);
    }

    /** SIGTERM; false when the process is still there after ten seconds. */
    boolean stop() throws InterruptedException {
        process.destroy();
        return process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        try {
            if (!stop()) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private void awaitReady() throws IOException, InterruptedException {
        Instant deadline = Instant.now().plus(START);
        while (!output().contains("/demo/mail")) {
            if (!process.isAlive() || Instant.now().isAfter(deadline)) {
                String said = output();
                close();
                throw new IllegalStateException("the demo did not start: " + said);
            }
            process.waitFor(100, TimeUnit.MILLISECONDS);
        }
    }
}
