package org.todoku.migrate;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;

/**
 * Other ways to the old host and to the outside: addresses that answer as long as this host is not
 * the one that is cut off. Any answer below 500 counts.
 */
final class Witnesses {
    private static final Duration ANSWER = Duration.ofSeconds(2);

    private final List<URI> all;
    private final URI old;
    private final HttpClient client = HttpClient.newBuilder().connectTimeout(ANSWER).build();

    /**
     * Names them.
     *
     * @param old the old host's own health, which must not answer
     */
    Witnesses(List<URI> all, URI old) {
        this.all = List.copyOf(all);
        this.old = old;
    }

    boolean allAnswer() {
        return all.stream().allMatch(this::answers);
    }

    boolean oldAnswers() {
        return answers(old);
    }

    private boolean answers(URI address) {
        try {
            int status =
                    client.send(
                                    HttpRequest.newBuilder(address).timeout(ANSWER).GET().build(),
                                    HttpResponse.BodyHandlers.discarding())
                            .statusCode();
            return status < 500;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
