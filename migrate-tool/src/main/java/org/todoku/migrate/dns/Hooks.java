package org.todoku.migrate.dns;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Executables in a folder, run one after the other in the order of their names, with the facts in
 * their environment; {@value #SECONDS} s for each. Of one that fails the last line is told.
 */
public final class Hooks {
    private static final long SECONDS = 60;

    private final Path folder;

    public Hooks(Path folder) {
        this.folder = folder;
    }

    public List<Path> found() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile).filter(Files::isExecutable).sorted().toList();
        } catch (IOException e) {
            throw new NameException("looking for hooks in " + folder, e, "correct dns.hooks");
        }
    }

    /**
     * Runs one.
     *
     * @param facts names to values; {@code TODOKU_} comes before each name
     * @throws NameException when it does not end with 0
     */
    public void run(Path hook, Map<String, String> facts) {
        ProcessBuilder builder =
                new ProcessBuilder(hook.toAbsolutePath().toString())
                        .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                        .redirectErrorStream(true);
        facts.forEach((name, value) -> builder.environment().put("TODOKU_" + name, value));
        String what = "running the hook " + hook;
        try {
            Path said = Files.createTempFile("todoku-hook", ".out");
            try {
                Process process = builder.redirectOutput(said.toFile()).start();
                if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new NameException(what, "it did not end in " + SECONDS + " s", "");
                }
                if (process.exitValue() != 0) {
                    String last =
                            Files.readString(said, StandardCharsets.UTF_8)
                                    .lines()
                                    .reduce("", (a, b) -> b);
                    throw new NameException(
                            what,
                            "it ended with " + process.exitValue() + " and said '" + last + "'",
                            "run it by hand");
                }
            } finally {
                Files.delete(said);
            }
        } catch (IOException e) {
            throw new NameException(what, e, "is it a program that this host can run?");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NameException(what, e, "run it by hand");
        }
    }
}
