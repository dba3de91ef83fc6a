package org.todoku.packaging;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;

/**
 * Mixed traffic at a steady rate, whatever the answers take: two in five make a member, two list
 * members, one opens a page. Keeps every answer.
 */
final class Load implements AutoCloseable {
    private static final long EVERY_NANOS = 20_000_000;

    private final HttpClient client;
    private final ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();
    private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
    private final AtomicInteger next = new AtomicInteger();
    private final String token;
    private final long everyNanos;
    private final Thread clock;
    private volatile URI target;
    private volatile boolean stopping;

    /** One answer; the status is 0 where there was none. */
    record Answer(String what, long startedNanos, long millis, int status, String body) {
        boolean failed() {
            return status < 200 || status > 299;
        }
    }

    Load(URI target, String token) throws Exception {
        this(target, token, SSLContext.getDefault(), EVERY_NANOS);
    }

    /**
     * Over https, whose certificate only this context trusts.
     *
     * @param everyNanos a request comes so often
     */
    Load(URI target, String token, SSLContext trusted, long everyNanos) {
        this.everyNanos = everyNanos;
        this.client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .sslContext(trusted)
                        .build();
        this.target = target;
        this.token = token;
        this.clock = Thread.ofPlatform().daemon().name("load").start(this::run);
    }

    /** From the next request on. */
    void turnTo(URI place) {
        target = place;
    }

    /** Ends, and gives all answers. */
    List<Answer> stop() {
        close();
        return new ArrayList<>(answers);
    }

    private void run() {
        long due = System.nanoTime();
        while (!stopping) {
            int number = next.getAndIncrement();
            calls.execute(() -> call(number));
            due += everyNanos;
            LockSupport.parkNanos(Math.max(1, due - System.nanoTime()));
        }
    }

    private void call(int number) {
        URI place = target;
        String what = number % 5 < 2 ? "write" : number % 5 < 4 ? "list" : "page";
        HttpRequest.Builder request =
                switch (what) {
                    case "write" ->
                            HttpRequest.newBuilder(place.resolve("/api/v1/members"))
                                    .header("Content-Type", "application/json")
                                    .POST(
                                            HttpRequest.BodyPublishers.ofString(
                                                    "{\"name\":\"負荷 %d\"}".formatted(number)));
                    case "list" -> HttpRequest.newBuilder(place.resolve("/api/v1/members")).GET();
                    default -> HttpRequest.newBuilder(place.resolve("/console/sign-in")).GET();
                };
        request.header("Authorization", "Bearer " + token).timeout(Duration.ofSeconds(20));
        long begun = System.nanoTime();
        int status = 0;
        String body;
        try {
            HttpResponse<String> answer =
                    client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            status = answer.statusCode();
            body = answer.body();
        } catch (Exception e) {
            body = e.toString();
        }
        long millis = (System.nanoTime() - begun) / 1_000_000;
        answers.add(new Answer(what, begun, millis, status, body));
    }

    /** Ends when all are answered. */
    @Override
    public void close() {
        stopping = true;
        try {
            clock.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        calls.close();
    }
}
