package org.todoku.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** What a person sees on a real terminal, which {@code script} of util-linux makes. */
@EnabledIf(value = "isInstalled", disabledReason = "no script of util-linux")
class TerminalIT {
    @TempDir Path folder;

    static boolean isInstalled() {
        return Files.isExecutable(Path.of("/usr/bin/script"));
    }

    @Test
    void aBarIsDrawnOverItselfAndNoJson() throws Exception {
        SampleService service = new SampleService(folder.resolve("host"), "local").setUp();
        List<String> words =
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "drill",
                        "--config",
                        service.config().toString());
        Path seen = folder.resolve("seen");
        Process process =
                new ProcessBuilder(
                                "/usr/bin/script",
                                "-q",
                                "-e",
                                "-c",
                                String.join(" ", words),
                                "/dev/null")
                        .redirectErrorStream(true)
                        .redirectOutput(seen.toFile())
                        .start();
        assertThat(process.waitFor(90, TimeUnit.SECONDS)).isTrue();
        String text = Files.readString(seen, StandardCharsets.UTF_8);
        assertThat(process.exitValue()).as(text).isZero();
        assertThat(text).contains("█", "100 %\r", "passed: ").doesNotContain("\"step\"");
    }
}
