package org.todoku.packaging;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** {@code ./todoku} or {@code ./todoku-migrate} as a real process, as a person would start it. */
final class Program implements AutoCloseable {
    /** The launcher may have to build first. */
    private static final Duration START = Duration.ofMinutes(5);

    private static final Duration STOP = Duration.ofSeconds(10);

    private final Process process;
    private final Path out;
    private final Path err;

    private Program(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /** What a command left behind. */
    record Result(int status, String out, String err) {}

    /** Runs a command to its end. */
    static Result run(String name, String... arguments) throws Exception {
        return run(Map.of(), name, arguments);
    }

    static Result run(Map<String, String> environment, String name, String... arguments)
            throws Exception {
        return end(launch(List.of(), environment, name, List.of(arguments)));
    }

    /** As a person on that host would. */
    static Result runOn(Host host, String name, String... arguments) throws Exception {
        return end(launch(host.before(), host.environment, name, List.of(arguments)));
    }

    private static Result end(Program launched) throws Exception {
        try (Program program = launched) {
            if (!program.process.waitFor(START.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("it does not end: " + program.everything());
            }
            return new Result(program.process.exitValue(), program.output(), program.errors());
        }
    }

    /** Starts a command and returns when it has printed a text. */
    static Program start(
            Map<String, String> environment, String awaited, String name, String... arguments)
            throws Exception {
        return begin(launch(List.of(), environment, name, List.of(arguments)), awaited);
    }

    /** As a person on that host would. */
    static Program startOn(Host host, String awaited, String name, String... arguments)
            throws Exception {
        return begin(launch(host.before(), host.environment, name, List.of(arguments)), awaited);
    }

    private static Program begin(Program program, String awaited) throws Exception {
        try {
            program.await(awaited);
            return program;
        } catch (Exception e) {
            program.kill();
            throw e;
        }
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static Program launch(
            List<String> before,
            Map<String, String> environment,
            String name,
            List<String> arguments)
            throws IOException {
        Path root = Path.of(System.getProperty("todoku.root"));
        List<String> command = new ArrayList<>(before);
        command.add(root.resolve(name).toString());
        command.addAll(arguments);
        Path said = Files.createDirectories(root.resolve("packaging/target/said"));
        Path out = Files.createTempFile(said, name, ".out");
        Path err = Files.createTempFile(said, name, ".err");
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile());
        builder.environment().putAll(new HashMap<>(environment));
        return new Program(builder.start(), out, err);
    }

    String output() throws IOException {
        return Files.readString(out, StandardCharsets.UTF_8);
    }

    String errors() throws IOException {
        return Files.readString(err, StandardCharsets.UTF_8);
    }

    /** What the process holds in memory, as Linux counts it (RSS). */
    long residentMegabytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                .findFirst()
                .orElseThrow();
    }

    /** SIGTERM; false when the process is still there after ten seconds. */
    boolean stop() throws InterruptedException {
        process.destroy();
        return process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS);
    }

    /** Any signal by its name. */
    void signal(String name) throws Exception {
        int status = new ProcessBuilder("kill", "-" + name, "" + process.pid()).start().waitFor();
        if (status != 0) {
            throw new IllegalStateException("kill -" + name + ": " + status);
        }
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    @Override
    public void close() {
        try {
            if (!stop()) {
                kill();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private void await(String text) throws Exception {
        Instant deadline = Instant.now().plus(START);
        while (!output().contains(text)) {
            if (!process.isAlive() || Instant.now().isAfter(deadline)) {
                throw new IllegalStateException("'" + text + "' did not come: " + everything());
            }
            process.waitFor(50, TimeUnit.MILLISECONDS);
        }
    }

    private String everything() throws IOException {
        return output() + "\n" + errors();
    }
}
