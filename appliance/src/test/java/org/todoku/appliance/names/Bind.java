package org.todoku.appliance.names;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A BIND 9 on loopback that keeps the zones that a test gives it, and asks nobody. */
public final class Bind implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Path NAMED = Path.of("/usr/sbin/named");

    private final Process process;
    private final int port;

    private Bind(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Says so when not. */
    public static boolean isInstalled() {
        if (!Files.isExecutable(NAMED)) {
            System.out.println("SKIPPED: no bind9 (/usr/sbin/named), so no names were asked for");
            return false;
        }
        return true;
    }

    /**
     * @param zones name → records, as in a zone file
     */
    public static Bind start(Path folder, Map<String, String> zones) throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        Files.createDirectories(folder);
        StringBuilder config =
                new StringBuilder(
                        """
                        options { directory "%1$s"; listen-on port %2$d { 127.0.0.1; };
                          listen-on-v6 { none; }; pid-file "%1$s/named.pid"; session-keyfile none;
                          recursion no; dnssec-validation no; managed-keys-directory "%1$s"; };
                        controls { };
                        """
                                .formatted(folder, port));
        for (Map.Entry<String, String> zone : zones.entrySet()) {
            Path file = folder.resolve(zone.getKey() + ".zone");
            Files.writeString(
                    file,
                    """
                    $TTL 60
                    @ IN SOA ns.invalid. root.invalid. 1 3600 600 86400 60
                    @ IN NS ns.invalid.
                    """
                            + zone.getValue());
            config.append(
                    "zone \"%s\" { type master; file \"%s\"; };%n".formatted(zone.getKey(), file));
        }
        Path file = folder.resolve("named.conf");
        Files.writeString(file, config);
        Path log = folder.resolve("named.log");
        Process process =
                new ProcessBuilder(NAMED.toString(), "-g", "-c", file.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (Files.readString(log).lines().noneMatch(line -> line.endsWith(" running"))) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                process.destroy();
                throw new IllegalStateException("named did not start: " + Files.readString(log));
            }
            LockSupport.parkNanos(10_000_000);
        }
        return new Bind(process, port);
    }

    public InetSocketAddress at() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    @Override
    public void close() {
        process.destroy();
        try {
            // It writes into its folder as it ends.
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
