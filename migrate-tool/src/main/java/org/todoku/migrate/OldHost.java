package org.todoku.migrate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.todoku.backup.archive.ArchiveKey;
import org.todoku.backup.archive.RecoveryKit;
import org.todoku.backup.objects.StoreLocation;

/** The host that the service moves away from, over its API. */
final class OldHost {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration ANSWER = Duration.ofSeconds(12);

    private final URI address;
    private final String token;
    private final HttpClient client;

    private OldHost(URI address, String token, Optional<SSLContext> trusted) {
        this.address = address;
        this.token = token;
        HttpClient.Builder builder =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(Duration.ofSeconds(5));
        trusted.ifPresent(builder::sslContext);
        this.client = builder.build();
    }

    /** Over https; plain http to this machine only, for the token and the key pass over it. */
    static OldHost at(String from, Path tokenFile) {
        return at(from, tokenFile, Optional.empty());
    }

    /**
     * As {@link #at(String, Path)}.
     *
     * @param ca certificates, as PEM, of which one has signed the host's own; empty for the usual
     *     authorities
     */
    static OldHost at(String from, Path tokenFile, Optional<Path> ca) {
        URI address = URI.create(from.endsWith("/") ? from : from + "/");
        boolean plain = "http".equals(address.getScheme()) && isLoopback(address.getHost());
        if (!"https".equals(address.getScheme()) && !plain) {
            throw Refusal.usage(
                    "--from " + from + " is not an https address",
                    "the token and the archive's key pass over it; http is for this machine only");
        }
        try {
            return new OldHost(
                    address, Files.readString(tokenFile).strip(), ca.map(Trusted::context));
        } catch (IOException e) {
            throw Refusal.usage(
                    "reading " + tokenFile + ": " + e, "its first line is an API token");
        }
    }

    private static boolean isLoopback(@Nullable String host) {
        try {
            return host != null && InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    URI address() {
        return address;
    }

    /** Where its archive lies and what opens it. */
    RecoveryKit kit() {
        JsonNode facts = get("archive");
        return new RecoveryKit(
                StoreLocation.of(
                        facts.path("url").asText(),
                        text(facts, "endpoint"),
                        text(facts, "region"),
                        facts.path("pathStyle").asBoolean()),
                ArchiveKey.parse(facts.path("key").asText(), address.toString()));
    }

    private static @Nullable String text(JsonNode facts, String name) {
        return facts.hasNonNull(name) ? facts.get(name).asText() : null;
    }

    /** Refuses with what the host says where it would feed no standby. */
    void requireFeeds() {
        JsonNode answer = ask("standby", to("api/v1/standby").GET().build());
        assert answer.has("epoch");
    }

    /** Opens a line on which the host feeds a standby. */
    CompletableFuture<WebSocket> line(WebSocket.Listener listener) {
        String scheme = "https".equals(address.getScheme()) ? "wss" : "ws";
        String place = address.resolve("api/v1/standby/stream").toString();
        return client.newWebSocketBuilder()
                .connectTimeout(ANSWER)
                .header("Authorization", "Bearer " + token)
                .buildAsync(URI.create(scheme + place.substring(place.indexOf(':'))), listener);
    }

    void pause() {
        post("pause", "{}");
    }

    long hold() {
        return post("hold", "{}").path("tookMs").asLong();
    }

    void release() {
        post("release", "{}");
    }

    void forward(URI to) {
        try {
            post("forward", JSON.writeValueAsString(Map.of("to", to.toString())));
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private JsonNode get(String what) {
        return ask(what, request(what).GET().build());
    }

    private JsonNode post(String what, String body) {
        return ask(
                what,
                request(what)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build());
    }

    private HttpRequest.Builder request(String what) {
        return to("api/v1/move/" + what);
    }

    private HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(address.resolve(path))
                .timeout(ANSWER)
                .header("Authorization", "Bearer " + token);
    }

    private JsonNode ask(String what, HttpRequest request) {
        try {
            HttpResponse<String> answer =
                    client.send(request, HttpResponse.BodyHandlers.ofString());
            JsonNode body = JSON.readTree(answer.body());
            if (answer.statusCode() == 200) {
                return body;
            }
            throw Refusal.failed(
                    "%s answered '%s' with %d: %s"
                            .formatted(
                                    address,
                                    what,
                                    answer.statusCode(),
                                    body.path("detail").asText(answer.body())),
                    answer.statusCode() == 401
                            ? "is the token one of this service, and not withdrawn?"
                            : "the service goes on there; see to it and try again");
        } catch (IOException e) {
            throw Refusal.failed(
                    "%s did not answer '%s': %s".formatted(address, what, e),
                    "is the old host up? If it is gone, use todoku-migrate takeover");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Refusal.failed("interrupted", "run it again");
        }
    }
}
