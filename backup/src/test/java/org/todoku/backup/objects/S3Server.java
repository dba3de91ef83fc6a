package org.todoku.backup.objects;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** A real S3-compatible server as a process of its own, on loopback, gone when closed. */
public final class S3Server implements AutoCloseable {
    /** The access key, secret and bucket of every server that is started here. */
    public static final String ACCESS = "todoku-test";

    public static final String SECRET = "todoku-test-secret";
    public static final String BUCKET = "todoku-test-bucket";

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Process process;
    private final int port;
    private String address = "127.0.0.1";

    private S3Server(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** S3Proxy that other hosts reach at one of this machine's addresses. */
    public static S3Server s3proxyAt(Path folder, String address) throws IOException {
        S3Server server = s3proxy(folder, "0.0.0.0");
        server.address = address;
        return server;
    }

    /** S3Proxy on a folder: its create-only puts are atomic. */
    public static S3Server s3proxy(Path folder) throws IOException {
        return s3proxy(folder, "127.0.0.1");
    }

    private static S3Server s3proxy(Path folder, String bind) throws IOException {
        int port = freePort();
        Path properties = folder.resolve("s3proxy.properties");
        Files.createDirectories(folder.resolve("objects"));
        Files.writeString(
                properties,
                """
                s3proxy.endpoint=http://%s:%d
                s3proxy.authorization=aws-v4
                s3proxy.identity=%s
                s3proxy.credential=%s
                jclouds.provider=filesystem
                jclouds.filesystem.basedir=%s
                """
                        .formatted(bind, port, ACCESS, SECRET, folder.resolve("objects")));
        List<String> arguments = List.of("--properties", properties.toString());
        return start(folder, "s3proxy", arguments, port);
    }

    /** Adobe's mock: the right status codes, but racing create-only puts can both win. */
    public static S3Server s3mock(Path folder) throws IOException {
        int port = freePort();
        Path objects = Files.createDirectories(folder.resolve("s3mock-objects"));
        List<String> arguments =
                List.of(
                        // Its own port is TLS; plain HTTP is the second.
                        "--server.port=" + freePort(),
                        "--com.adobe.testing.s3mock.http-port=" + port,
                        "--com.adobe.testing.s3mock.store.root=" + objects);
        return start(folder, "s3mock", arguments, port);
    }

    public URI endpoint() {
        return URI.create("http://" + address + ":" + port);
    }

    /** The archive's place in this server, under a prefix. */
    public StoreLocation location(String prefix) {
        return StoreLocation.of(
                "s3://" + BUCKET + "/" + prefix, endpoint().toString(), "us-east-1", true);
    }

    @Override
    public void close() {
        kill();
    }

    /** Ends it at once, as a provider's outage does. */
    public void kill() {
        process.destroyForcibly();
        try {
            process.waitFor(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static S3Server start(Path folder, String jar, List<String> arguments, int port)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx256m", "-jar", jar(jar).toString()));
        command.addAll(arguments);
        Path log = folder.resolve(jar + ".log");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        S3Server server = new S3Server(process, port);
        try {
            server.awaitPort(log);
            server.makeBucket();
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
        return server;
    }

    private static Path jar(String name) {
        Path root = Path.of(System.getProperty("todoku.root"));
        Path jar = root.resolve("backup/target/s3-servers/" + name + ".jar");
        if (!Files.exists(jar)) {
            throw new IllegalStateException(jar + " is missing: Maven copies it");
        }
        return jar;
    }

    private void awaitPort(Path log) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline && process.isAlive()) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 500);
                return;
            } catch (IOException e) {
                LockSupport.parkNanos(50_000_000);
            }
        }
        throw new IOException("no S3 server came up: " + Files.readString(log));
    }

    private void makeBucket() {
        try (S3Client client =
                S3Client.builder()
                        .endpointOverride(endpoint())
                        .region(Region.US_EAST_1)
                        .forcePathStyle(true)
                        .httpClient(UrlConnectionHttpClient.create())
                        .credentialsProvider(
                                StaticCredentialsProvider.create(
                                        AwsBasicCredentials.create(ACCESS, SECRET)))
                        .build()) {
            client.createBucket(r -> r.bucket(BUCKET));
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
