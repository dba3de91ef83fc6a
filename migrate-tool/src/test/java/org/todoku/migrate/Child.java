package org.todoku.migrate;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** A main class in a process of its own, with the class path of the tests. */
final class Child implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Process process;
    private final Path err;

    private Child(Process process, Path err) {
        this.process = process;
        this.err = err;
    }

    static Child start(Path folder, Class<?> main, String... words) throws IOException {
        return start(folder, List.of(), main, words);
    }

    /** The same with more options for Java. */
    static Child start(Path folder, List<String> options, Class<?> main, String... words)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        command.addAll(options);
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("--sun-misc-unsafe-memory-access=allow");
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(words));
        Path err = Files.createTempFile(Files.createDirectories(folder), "child", ".err");
        Process process = new ProcessBuilder(command).redirectError(err.toFile()).start();
        return new Child(process, err);
    }

    /** Reads its output until a line begins so. */
    String await(String begin) throws IOException {
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith(begin)) {
                return line;
            }
        }
        throw new IllegalStateException("'" + begin + "' did not come: " + errors());
    }

    /** All that it still prints, and its end. */
    String rest() throws IOException, InterruptedException {
        String out =
                String.join("\n", process.inputReader(StandardCharsets.UTF_8).lines().toList());
        status();
        return out;
    }

    int status() throws InterruptedException {
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException("it does not end");
        }
        return process.exitValue();
    }

    String errors() throws IOException {
        return Files.readString(err);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** SIGSTOP has reached it. */
    boolean isStopped() {
        try {
            String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
            return stat.substring(stat.lastIndexOf(')') + 2).startsWith("T");
        } catch (IOException e) {
            return false;
        }
    }

    void signal(String name) throws Exception {
        signal(process.pid(), name);
    }

    static void signal(long pid, String name) throws Exception {
        new ProcessBuilder("kill", "-" + name, String.valueOf(pid)).start().waitFor();
    }

    static void await(BooleanSupplier condition, String what) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(what + " did not come");
            }
            LockSupport.parkNanos(10_000_000);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
