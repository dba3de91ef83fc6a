package org.todoku.migrate.dns;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.todoku.appliance.ApplianceConfig.HostAndPort;

/** A BIND 9 on loopback that keeps {@code example.jp} and takes updates with one key. */
public final class NameServer implements AutoCloseable {
    public static final String SECRET =
            Base64.getEncoder()
                    .encodeToString(
                            "0123456789abcdef0123456789abcdef"
                                    .getBytes(java.nio.charset.StandardCharsets.UTF_8));

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Path NAMED = Path.of("/usr/sbin/named");

    private final Process process;
    private final int port;

    private NameServer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    public static boolean isInstalled() {
        if (!Files.isExecutable(NAMED)) {
            System.out.println("SKIPPED: no bind9 (/usr/sbin/named), so no name was changed");
            return false;
        }
        return true;
    }

    public static NameServer start(Path folder) throws IOException {
        return start(folder, "192.0.2.1", 86_400);
    }

    /** The same, whose names lead to this address and are remembered for so long. */
    public static NameServer start(Path folder, String address, int ttl) throws IOException {
        Path zone = Files.createDirectories(folder).resolve("example.jp.zone");
        Files.writeString(
                zone,
                """
                $TTL %2$d
                @ IN SOA ns.example.jp. root.example.jp. 1 3600 600 86400 60
                @ IN NS ns.example.jp.
                ns IN A 127.0.0.1
                renraku IN A %1$s
                renraku IN AAAA 2001:db8::1
                mail IN A %1$s
                once IN A %1$s
                """
                        .formatted(address, ttl));
        String rest =
                """
                  recursion no; };
                controls { };
                key "todoku" { algorithm hmac-sha256; secret "%s"; };
                zone "example.jp" { type master; file "%s"; allow-update { key "todoku"; }; };
                """
                        .formatted(SECRET, zone);
        return named(folder, rest);
    }

    /** One that keeps nothing, asks another, and remembers the answers. */
    public static NameServer caching(Path folder, HostAndPort asked) throws IOException {
        String rest =
                """
                  recursion yes; allow-recursion { any; }; };
                controls { };
                zone "example.jp" { type forward; forward only; forwarders { %s port %d; }; };
                """
                        .formatted(asked.host(), asked.port());
        return named(folder, rest);
    }

    private static NameServer named(Path folder, String rest) throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        Path config = Files.createDirectories(folder).resolve("named.conf");
        Files.writeString(
                config,
                """
                options { directory "%1$s"; listen-on port %2$d { 127.0.0.1; };
                  listen-on-v6 { none; }; pid-file "%1$s/named.pid"; session-keyfile none;
                  dnssec-validation no; managed-keys-directory "%1$s";
                """
                                .formatted(folder, port)
                        + rest);
        Path log = folder.resolve("named.log");
        Process process =
                new ProcessBuilder(NAMED.toString(), "-g", "-c", config.toString())
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
        return new NameServer(process, port);
    }

    public HostAndPort at() {
        return new HostAndPort("127.0.0.1", port);
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
