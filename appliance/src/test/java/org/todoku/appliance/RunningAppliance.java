package org.todoku.appliance;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.todoku.appliance.ApplianceConfig.HostAndPort;
import org.todoku.appliance.ApplianceConfig.Http;
import org.todoku.appliance.ApplianceConfig.Mail;
import org.todoku.appliance.ApplianceConfig.Rate;
import org.todoku.appliance.ApplianceConfig.Relay;
import org.todoku.appliance.ApplianceConfig.RelaySecurity;
import org.todoku.appliance.demo.MailCatcher;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.kernel.Secret;
import org.todoku.appliance.web.Route;
import org.todoku.appliance.web.console.FirstSetup;

/** A whole appliance in this process with a catcher for its mails, and a client for its pages. */
final class RunningAppliance implements AutoCloseable {
    static final String EMAIL = "admin@example.jp";
    private static final EmailAddress ADMIN = EmailAddress.parse(EMAIL).orElseThrow();
    static final String PASSWORD = "correct horse";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    final MailCatcher catcher = new MailCatcher(InstantSource.system());
    final Appliance appliance;
    final HttpClient client = HttpClient.newHttpClient();
    final String url;
    final String token;

    RunningAppliance(Path directory) {
        this(directory, List.of());
    }

    RunningAppliance(Path directory, List<Route> more) {
        this(directory, more, config -> config);
    }

    /** With an archive in a folder. */
    static RunningAppliance archived(Path directory, Path archive) {
        ApplianceConfig.Archive none = ApplianceConfig.defaults().archive();
        var place =
                new ApplianceConfig.Archive(
                        Optional.of(archive.toUri()),
                        none.endpoint(),
                        none.region(),
                        none.pathStyle(),
                        Optional.of(archive.resolveSibling("archive.key")),
                        none.shipInterval(),
                        none.baseInterval(),
                        none.keep());
        return new RunningAppliance(directory, List.of(), config -> config.withArchive(place));
    }

    /** With a status page in a folder. */
    static RunningAppliance published(Path directory, Path page) {
        return new RunningAppliance(
                directory,
                List.of(),
                config ->
                        config.withStatus(
                                new ApplianceConfig.Status(
                                        Optional.of(page.toUri()),
                                        Optional.empty(),
                                        Optional.empty())));
    }

    private RunningAppliance(
            Path directory, List<Route> more, UnaryOperator<ApplianceConfig> configured) {
        catcher.start();
        int port = freePort();
        this.url = "http://localhost:" + port;
        this.appliance =
                Appliance.open(
                        configured.apply(config(port)), directory, Storage::open, pages -> more);
        this.token =
                appliance
                        .parts()
                        .setup()
                        .run(new FirstSetup.Answers("試験小学校", "shiken", EMAIL, new Secret(PASSWORD)))
                        .value();
        appliance.start();
    }

    /** A page of the console, as somebody sees it who is signed in. */
    HttpResponse<String> console(String path) {
        var who = appliance.parts().administrators().signIn(ADMIN, new Secret(PASSWORD));
        String session = appliance.parts().sessions().issue(who.orElseThrow().id());
        return send(request(path).header("Cookie", "todoku_session=" + session).GET());
    }

    HttpResponse<String> get(String path) {
        return send(request(path).GET());
    }

    HttpResponse<String> post(String path, String json, String... headers) {
        HttpRequest.Builder builder =
                request(path)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(json));
        if (headers.length > 0) {
            builder.headers(headers);
        }
        return send(builder);
    }

    HttpResponse<String> post(String path, String type, byte[] body) {
        return send(
                request(path).header("Content-Type", type).POST(BodyPublishers.ofByteArray(body)));
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(url + path))
                .timeout(Duration.ofSeconds(30))
                .header("Authorization", "Bearer " + token);
    }

    HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return client.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits for something that happens in the background. */
    static void await(String what, BooleanSupplier condition) {
        Instant deadline = Instant.now().plus(PATIENCE);
        while (!condition.getAsBoolean()) {
            if (Instant.now().isAfter(deadline)) {
                throw new AssertionError("in vain: " + what);
            }
            java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
        }
    }

    @Override
    public void close() {
        appliance.close();
        catcher.stop();
        client.close();
    }

    ApplianceConfig config(int port) {
        ApplianceConfig standard = ConfigReader.read(Optional.empty(), Map.of());
        Relay relay =
                new Relay(
                        RelaySecurity.PLAIN,
                        new HostAndPort("127.0.0.1", catcher.port()),
                        Optional.empty(),
                        Optional.empty(),
                        new Rate(1000, Duration.ofSeconds(1)),
                        2);
        return standard.withHttp(
                        new Http("127.0.0.1", port, URI.create("http://localhost:" + port)))
                .withMail(
                        new Mail(
                                "example.jp",
                                List.of(relay),
                                Optional.empty(),
                                Optional.empty(),
                                List.of(),
                                // A question about names stays on this machine.
                                new ApplianceConfig.Direct(
                                        false,
                                        Optional.of(
                                                new ApplianceConfig.HostAndPort("127.0.0.1", 9)))));
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
