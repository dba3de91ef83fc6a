package org.todoku.migrate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The installed systemd service, if there is one. */
final class SystemdService {
    private static final long PATIENCE_SECONDS = 60;

    private SystemdService() {}

    static boolean isInstalled() {
        return Files.isDirectory(Path.of("/run/systemd/system"))
                && run("systemctl", "cat", "todoku.service");
    }

    static void start() {
        if (!run("systemctl", "restart", "todoku.service")) {
            throw Refusal.failed(
                    "the service was taken over, but systemd did not start it",
                    "journalctl -u todoku shows why");
        }
    }

    private static boolean run(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            return process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
