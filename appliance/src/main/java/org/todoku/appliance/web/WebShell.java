package org.todoku.appliance.web;

import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.websocket.WsRouting;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.todoku.appliance.continuity.RequestDoor;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.kernel.Language;

/**
 * The HTTP server around all routes. Reads each request completely and within bounds, runs its
 * handler within the {@link RequestBudget}, and sends the finished answer with the headers that
 * protect every page. Start once, stop once.
 */
public final class WebShell {
    private static final int MAX_CONNECTIONS = 2_000;
    private static final long MAX_PAYLOAD = 11L * 1024 * 1024;
    private static final Duration SLOW_READER = Duration.ofSeconds(30);
    private static final List<String> OWN =
            List.of("/api/v1/move/", "/api/v1/standby", "/health/", "/metrics");
    private static final Duration STOP_GRACE = Duration.ofSeconds(3);

    /** No inline script, nothing from elsewhere: what a member's name contains cannot run. */
    private static final String CONTENT_POLICY =
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:;"
                    + " connect-src 'self'; form-action 'self'; frame-ancestors 'none';"
                    + " base-uri 'none'";

    private final Place place;
    private final List<Route> routes;
    private final List<Line> lines;
    private final Answers answers;
    private final Metrics metrics;
    private final RequestBudget budget = new RequestBudget();
    private final RequestDoor door;
    private final Forwarding forwarding = new Forwarding();
    private final WebServer server;

    /** Where to serve; {@code secure} is whether browsers come by https. */
    public record Place(String bind, int port, boolean secure, Optional<PemTls> tls) {}

    /** One of a host that is not moved. */
    public WebShell(Place place, List<Route> routes, Pages pages, Metrics metrics) {
        this(place, new Served(routes, List.of()), pages, metrics, new RequestDoor());
    }

    /** What is served: by asking, and by a line that stays open. */
    public record Served(List<Route> routes, List<Line> lines) {
        public Served {
            routes = List.copyOf(routes);
            lines = List.copyOf(lines);
        }
    }

    /** One whose requests pass this door. */
    public WebShell(Place place, Served served, Pages pages, Metrics metrics, RequestDoor door) {
        this.place = place;
        this.door = door;
        this.routes = served.routes();
        this.lines = served.lines();
        this.answers = new Answers(pages);
        this.metrics = metrics;
        this.server = build();
    }

    /** Binds and serves. Refuses with port-in-use. */
    public void start() {
        try {
            server.start();
        } catch (RuntimeException e) {
            throw notBound(rootMessage(e));
        }
        // The server logs a port that is taken, stops itself, and returns as if nothing had been.
        if (!server.isRunning()) {
            throw notBound("the address is in use or not of this machine");
        }
    }

    private FaultException notBound(String why) {
        return new FaultException(
                Fault.PORT_IN_USE,
                "serve at " + place.bind() + ":" + place.port(),
                why,
                "stop what listens there, or set http.port (TODOKU_HTTP_PORT) to a free port");
    }

    /** The port that is really bound. */
    public int port() {
        return server.port();
    }

    /** Answers what is under way, then stops. */
    public void stop() {
        server.stop();
    }

    private WebServer build() {
        WebServerConfig.Builder builder =
                WebServer.builder()
                        .host(place.bind())
                        .port(place.port())
                        .maxTcpConnections(MAX_CONNECTIONS)
                        .maxPayloadSize(MAX_PAYLOAD)
                        .shutdownHook(false)
                        .shutdownGracePeriod(STOP_GRACE)
                        .idleConnectionTimeout(Duration.ofMinutes(1))
                        .connectionOptions(o -> o.readTimeout(SLOW_READER).tcpNoDelay(true))
                        .routing(this::route);
        if (!lines.isEmpty()) {
            WsRouting.Builder open = WsRouting.builder();
            lines.forEach(line -> open.endpoint(line.path(), line.listener()));
            builder.addRouting(open);
        }
        place.tls().ifPresent(pem -> builder.tls(pem.tls()));
        return builder.build();
    }

    private void route(HttpRouting.Builder routing) {
        for (Route route : routes) {
            routing.route(
                    Method.create(route.method()),
                    route.pattern(),
                    (request, response) -> serve(route, request, response));
            if (route.method().equals("GET")) {
                routing.head(
                        route.pattern(), (request, response) -> serve(route, request, response));
            }
        }
        Route nothing =
                new Route(
                        "ANY",
                        "/*",
                        call -> {
                            throw Problem.notFound("There is nothing at this address.");
                        },
                        0,
                        Duration.ofSeconds(5));
        routing.any((request, response) -> serve(nothing, request, response));
    }

    private void serve(Route route, ServerRequest request, ServerResponse response) {
        Call call = head(request);
        // The move itself and this host's own state are told here, wherever the service is.
        boolean own = OWN.stream().anyMatch(call.path()::startsWith);
        boolean looks = own || call.safe();
        Optional<URI> elsewhere = own ? Optional.empty() : door.enter(looks);
        Reply reply;
        try {
            Call whole = withBody(call, route, request);
            reply =
                    elsewhere.isPresent()
                            ? forwarding.send(request, whole, elsewhere.get())
                            : answer(route, whole);
        } catch (RuntimeException | IOException e) {
            reply = answers.of(call, e);
        } finally {
            if (elsewhere.isEmpty()) {
                door.leave(looks);
            }
        }
        metrics.answered(reply.status());
        if (elsewhere.isPresent()) {
            sendAsItIs(call, reply, response);
        } else {
            send(call, reply, response);
        }
    }

    /** The new host has set all headers. */
    private static void sendAsItIs(Call call, Reply reply, ServerResponse response) {
        response.status(reply.status());
        for (Reply.Header header : reply.headers()) {
            header(response, header.name(), header.value());
        }
        if (call.method().equals("HEAD")) {
            response.send();
        } else {
            response.send(reply.body());
        }
    }

    private Reply answer(Route route, Call call) {
        Optional<Language> wanted = call.query("lang").flatMap(Languages::of);
        if (call.safe() && wanted.isPresent()) {
            String cookie = Languages.COOKIE + "=" + wanted.get().tag();
            return Reply.seeOther(call.path())
                    .with(
                            "Set-Cookie",
                            cookie + "; Path=/; Max-Age=31536000; SameSite=Lax" + secure());
        }
        return budget.run(call, route.deadline(), () -> route.handler().answer(call));
    }

    private static Call head(ServerRequest request) {
        Map<String, String> headers = new HashMap<>();
        for (Header header : request.headers()) {
            headers.putIfAbsent(header.name().toLowerCase(Locale.ROOT), header.get());
        }
        Map<String, String> cookies = new HashMap<>();
        request.headers()
                .cookies()
                .toMap()
                .forEach((name, values) -> cookies.put(name, values.getFirst()));
        Client client = Client.of(request.remotePeer(), headers);
        return new Call(
                request.prologue().method().text(),
                request.path().absolute().path(),
                pathValues(request),
                Call.decode(request.query().rawValue()),
                headers,
                cookies,
                new byte[0],
                client.address(),
                client.loopback());
    }

    private static Map<String, String> pathValues(ServerRequest request) {
        Map<String, String> values = new HashMap<>();
        request.path()
                .pathParameters()
                .toMap()
                .forEach((name, all) -> values.put(name, all.getFirst()));
        return values;
    }

    private static Call withBody(Call call, Route route, ServerRequest request) throws IOException {
        if (!request.content().hasEntity()) {
            return call;
        }
        byte[] body;
        try (InputStream in = request.content().inputStream()) {
            body = in.readNBytes(route.maxBody() + 1);
        }
        if (body.length > route.maxBody()) {
            throw Problem.of(
                    413, "too-large", "The body is longer than " + route.maxBody() + " bytes.");
        }
        return call.withBody(body);
    }

    private void send(Call call, Reply reply, ServerResponse response) {
        response.status(reply.status());
        header(response, "Content-Security-Policy", CONTENT_POLICY);
        header(response, "X-Content-Type-Options", "nosniff");
        header(response, "X-Frame-Options", "DENY");
        header(response, "Referrer-Policy", "no-referrer");
        header(response, "Permissions-Policy", "camera=(), microphone=(), geolocation=()");
        if (place.secure()) {
            header(response, "Strict-Transport-Security", "max-age=31536000");
        }
        if (reply.headers().stream().noneMatch(h -> h.name().equals("Cache-Control"))) {
            header(response, "Cache-Control", "no-store");
        }
        if (!reply.type().isEmpty()) {
            header(response, "Content-Type", reply.type());
        }
        for (Reply.Header header : reply.headers()) {
            header(response, header.name(), header.value());
        }
        if (reply.file().isPresent()) {
            sendFile(reply.file().get(), response);
        } else if (call.method().equals("HEAD")) {
            response.send();
        } else {
            response.send(reply.body());
        }
    }

    private static void sendFile(Path file, ServerResponse response) {
        try {
            response.contentLength(Files.size(file));
            try (OutputStream out = response.outputStream()) {
                Files.copy(file, out);
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String secure() {
        return place.secure() ? "; Secure" : "";
    }

    private static void header(ServerResponse response, String name, String value) {
        response.headers().add(HeaderValues.create(HeaderNames.create(name), value));
    }

    private static String rootMessage(Throwable thrown) {
        Throwable root = thrown;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }
}
