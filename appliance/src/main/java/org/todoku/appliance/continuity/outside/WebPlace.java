package org.todoku.appliance.continuity.outside;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.kernel.Secret;

/** A web server that takes files by PUT (WebDAV, RFC 4918), with a name and a password or none. */
final class WebPlace implements PublishPlace {
    private static final Duration DEADLINE = Duration.ofSeconds(15);
    private static final int NOT_FOUND = 404;

    private final URI folder;
    private final Optional<String> authorization;
    private final HttpClient client =
            HttpClient.newBuilder()
                    .connectTimeout(DEADLINE)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .build();

    /**
     * @param url {@code https://user@host/folder/}; the user is not part of any message
     */
    WebPlace(URI url, Optional<Secret> password) {
        String path = url.getRawPath() == null ? "/" : url.getRawPath();
        String host = url.getPort() < 0 ? url.getHost() : url.getHost() + ":" + url.getPort();
        this.folder =
                URI.create(
                        url.getScheme() + "://" + host + (path.endsWith("/") ? path : path + "/"));
        this.authorization =
                Optional.ofNullable(url.getUserInfo())
                        .map(user -> user + ":" + password.map(Secret::value).orElse(""))
                        .map(pair -> pair.getBytes(StandardCharsets.UTF_8))
                        .map(bytes -> "Basic " + Base64.getEncoder().encodeToString(bytes));
    }

    @Override
    public void put(String name, byte[] content) {
        HttpResponse<byte[]> answer =
                send(
                        "publish " + name,
                        request(name)
                                .header("Content-Type", ContentTypes.of(name))
                                .PUT(BodyPublishers.ofByteArray(content)));
        if (answer.statusCode() / 100 != 2) {
            throw refused("publish " + name, answer.statusCode());
        }
    }

    @Override
    public Optional<byte[]> get(String name) {
        HttpResponse<byte[]> answer = send("read " + name, request(name).GET());
        if (answer.statusCode() == NOT_FOUND) {
            return Optional.empty();
        }
        if (answer.statusCode() / 100 != 2) {
            throw refused("read " + name, answer.statusCode());
        }
        return Optional.of(answer.body());
    }

    private HttpRequest.Builder request(String name) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(folder.resolve(name)).timeout(DEADLINE);
        authorization.ifPresent(value -> request.header("Authorization", value));
        return request;
    }

    private HttpResponse<byte[]> send(String what, HttpRequest.Builder request) {
        try {
            return client.send(request.build(), BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new FaultException(
                    Fault.PUBLISH_FAILED,
                    what + " at " + folder,
                    e.toString(),
                    "does this web server answer, and is the address right?",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FaultException(
                    Fault.PUBLISH_FAILED, what + " at " + folder, "interrupted", "try again", e);
        }
    }

    private FaultException refused(String what, int status) {
        return new FaultException(
                Fault.PUBLISH_FAILED,
                what + " at " + folder,
                "the web server answered " + status,
                "may this user write there (WebDAV, PUT)? Is status.password-file right?");
    }

    @Override
    public void close() {
        client.close();
    }
}
