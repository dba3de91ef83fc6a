package org.todoku.packaging;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.SimpleFileServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.todoku.appliance.Chromium;
import org.todoku.appliance.continuity.outside.OutsideState;

/**
 * The web host that shows the status page (a folder served by a plain web server), and somebody who
 * looks at the heartbeat there twice a second and keeps what it said.
 */
final class OutsideWatch implements AutoCloseable {
    private static final long EVERY_NANOS = 500_000_000;

    private final HttpServer server;
    private final HttpClient client = HttpClient.newHttpClient();
    private final Queue<Seen> seen = new ConcurrentLinkedQueue<>();
    private final Thread watch;
    private volatile boolean stopping;

    /** What the outside was told at a moment. */
    record Seen(Instant at, OutsideState told) {
        Duration age() {
            return Duration.between(told.at(), at);
        }
    }

    OutsideWatch(Path folder) {
        this.server =
                SimpleFileServer.createFileServer(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        folder.toAbsolutePath(),
                        SimpleFileServer.OutputLevel.NONE);
        server.start();
        this.watch = Thread.ofPlatform().daemon().name("outside-watch").start(this::run);
    }

    String page() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/index.html";
    }

    /** What was seen between two moments, oldest first. */
    List<Seen> between(Instant from, Instant to) {
        List<Seen> found = new ArrayList<>(seen);
        found.removeIf(s -> s.at().isBefore(from) || s.at().isAfter(to));
        return found;
    }

    Seen newest() {
        return new ArrayList<>(seen).getLast();
    }

    /** Waits until the page says this, as a phone shows it, and keeps a picture. */
    void picture(String name, String head) throws Exception {
        if (!Chromium.isInstalled()) {
            System.out.println("SKIPPED: no chromium, so the status page was not looked at");
            return;
        }
        try (Chromium chromium = Chromium.open()) {
            Page page = chromium.phone();
            page.navigate(page());
            Locator shown = page.locator("#head");
            PlaywrightAssertions.assertThat(shown)
                    .hasText(head, new LocatorAssertions.HasTextOptions().setTimeout(300_000));
            Chromium.picture(page, name);
        }
    }

    private void run() {
        URI heartbeat = URI.create(page()).resolve(OutsideState.FILE);
        while (!stopping) {
            try {
                HttpResponse<byte[]> answer =
                        client.send(
                                HttpRequest.newBuilder(heartbeat).GET().build(),
                                HttpResponse.BodyHandlers.ofByteArray());
                if (answer.statusCode() == 200) {
                    seen.add(new Seen(Instant.now(), OutsideState.read(answer.body())));
                }
            } catch (Exception e) {
                System.err.println("the heartbeat was not read: " + e);
            }
            LockSupport.parkNanos(EVERY_NANOS);
        }
    }

    @Override
    public void close() {
        stopping = true;
        try {
            watch.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        server.stop(0);
    }
}
