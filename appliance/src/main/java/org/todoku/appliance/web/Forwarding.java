package org.todoku.appliance.web;

import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Sends a request on to the host that the service moved to, and its answer back. The new host must
 * be reachable without a proxy that rewrites paths. One try: what changed something may have
 * happened there, and only its own Idempotency-Key can tell.
 */
final class Forwarding {
    private static final Duration ANSWER = Duration.ofSeconds(60);

    /** Of this connection and not of the request, or the client's own to set. */
    private static final Set<String> NOT_SENT =
            Set.of(
                    "connection",
                    "content-length",
                    "expect",
                    "host",
                    "http2-settings",
                    "keep-alive",
                    "te",
                    "transfer-encoding",
                    "upgrade");

    private final HttpClient client =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(5))
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .build();

    /** The answer of the new host, as it is. */
    Reply send(ServerRequest request, Call call, URI to) {
        String query = request.query().rawValue();
        URI target =
                to.resolve(
                        request.path().absolute().rawPath() + (query.isEmpty() ? "" : "?" + query));
        HttpRequest.Builder sent =
                HttpRequest.newBuilder(target)
                        .timeout(ANSWER)
                        .method(call.method(), HttpRequest.BodyPublishers.ofByteArray(call.body()));
        request.headers()
                .forEach(
                        header -> {
                            if (!NOT_SENT.contains(header.name().toLowerCase(Locale.ROOT))) {
                                header.allValues().forEach(v -> sent.header(header.name(), v));
                            }
                        });
        sent.setHeader("X-Forwarded-For", call.client());
        try {
            return reply(client.send(sent.build(), HttpResponse.BodyHandlers.ofByteArray()));
        } catch (IOException e) {
            throw Problem.later(
                    502, "moved", "The service moved to " + to + ", which does not answer.", 5);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.later(503, "stopping", "The server is stopping.", 5);
        }
    }

    private static Reply reply(HttpResponse<byte[]> answer) {
        List<Reply.Header> headers = new ArrayList<>();
        answer.headers()
                .map()
                .forEach(
                        (name, values) -> {
                            if (!NOT_SENT.contains(name.toLowerCase(Locale.ROOT))) {
                                values.forEach(v -> headers.add(new Reply.Header(name, v)));
                            }
                        });
        return new Reply(answer.statusCode(), "", answer.body(), headers);
    }
}
