package org.todoku.appliance.names;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A BIND 9 on loopback, for the tests of all modules. */
public final class Bind implements AutoCloseable {
    /** The key {@code todoku} of {@link #taking}, in Base64. */
    public static final String SECRET =
            Base64.getEncoder()
                    .encodeToString(
                            "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.UTF_8));

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
            System.out.println(
                    "SKIPPED: no bind9 (/usr/sbin/named), so no name was asked for or changed");
            return false;
        }
        return true;
    }

    /**
     * One that keeps zones.
     *
     * @param zones name → records, as in a zone file
     */
    public static Bind start(Path folder, Map<String, String> zones) throws IOException {
        Files.createDirectories(folder);
        StringBuilder config = new StringBuilder("  recursion no; };\ncontrols { };\n");
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
        return named(folder, config.toString());
    }

    /**
     * One that keeps {@code example.jp} and takes updates with {@link #SECRET}.
     *
     * @param address to which its names lead
     * @param ttl for how many seconds they are remembered
     */
    public static Bind taking(Path folder, String address, int ttl) throws IOException {
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
        return named(
                folder,
                """
                  recursion no; };
                controls { };
                key "todoku" { algorithm hmac-sha256; secret "%s"; };
                zone "example.jp" { type master; file "%s"; allow-update { key "todoku"; }; };
                """
                        .formatted(SECRET, zone));
    }

    /** One that keeps nothing, asks another for {@code example.jp}, and remembers the answers. */
    public static Bind remembering(Path folder, Bind asked) throws IOException {
        return named(
                folder,
                """
                  recursion yes; allow-recursion { any; }; };
                controls { };
                zone "example.jp" { type forward; forward only; forwarders { 127.0.0.1 port %d; }; };
                """
                        .formatted(asked.port));
    }

    private static Bind named(Path folder, String rest) throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        Path file = Files.createDirectories(folder).resolve("named.conf");
        Files.writeString(
                file,
                """
                options { directory "%1$s"; listen-on port %2$d { 127.0.0.1; };
                  listen-on-v6 { none; }; pid-file "%1$s/named.pid"; session-keyfile none;
                  dnssec-validation no; managed-keys-directory "%1$s";
                """
                                .formatted(folder, port)
                        + rest);
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
