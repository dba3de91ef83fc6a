package org.todoku.appliance.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.todoku.appliance.web.FencedPage.Moved;

/** What a fenced host answers, over HTTP. */
class FencedPageTest {
    private final HttpClient client = HttpClient.newHttpClient();
    private WebShell shell = shell(Optional.empty());

    @AfterEach
    void stop() {
        shell.stop();
        client.close();
    }

    @Test
    void sendsEveryPathOnToTheNewAddress() throws Exception {
        shell = shell(Optional.of(URI.create("https://new.example.jp")));
        shell.start();
        HttpResponse<String> read = send("GET", "/m/a%20b/%E4%BC%9A?x=1&y=%E3%81%82", "en");
        assertThat(read.statusCode()).isEqualTo(302);
        assertThat(read.headers().firstValue("Location"))
                .contains("https://new.example.jp/m/a%20b/%E4%BC%9A?x=1&y=%E3%81%82");
        assertThat(read.body()).contains("moved to another server", "https://new.example.jp");
        for (String method : List.of("POST", "PUT", "DELETE", "PATCH")) {
            HttpResponse<String> written = send(method, "/api/v1/members", "en");
            assertThat(written.statusCode()).as(method).isEqualTo(308);
            assertThat(written.headers().firstValue("Location"))
                    .contains("https://new.example.jp/api/v1/members");
        }
        assertThat(read.headers().firstValue("Cache-Control")).contains("no-store");
    }

    @Test
    void isAPageWhereTheAddressIsItsOwn() throws Exception {
        shell = shell(Optional.empty());
        shell.start();
        HttpResponse<String> page = send("GET", "/console/", "ja");
        assertThat(page.statusCode()).isEqualTo(503);
        assertThat(page.headers().firstValue("Retry-After")).contains("60");
        assertThat(page.body()).contains("別のサーバーに移りました", "new-host", "todoku-migrate salvage");
        assertThat(send("GET", "/console/", "en").body()).contains("moved to another server");
        HttpResponse<String> api = send("POST", "/api/v1/messages", "en");
        assertThat(api.statusCode()).isEqualTo(503);
        assertThat(api.body()).contains("\"code\":\"fenced\"", "new-host");
        assertThat(send("GET", "/health/ready", "en").statusCode()).isEqualTo(503);
        HttpResponse<String> live = send("GET", "/health/live", "en");
        assertThat(live.statusCode()).isEqualTo(200);
        assertThat(live.headers().firstValue(Probes.EPOCH)).as("none that it writes").isEmpty();
    }

    private HttpResponse<String> send(String method, String path, String language)
            throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + shell.port() + path))
                        .header("Accept-Language", language)
                        .method(
                                method,
                                method.equals("GET")
                                        ? BodyPublishers.noBody()
                                        : BodyPublishers.ofString("x"))
                        .build(),
                BodyHandlers.ofString());
    }

    private static WebShell shell(Optional<URI> to) {
        StaticFiles files = new StaticFiles();
        Pages pages = new Pages(files);
        List<Route> routes = new ArrayList<>(files.routes());
        Moved moved = new Moved(to, "new-host", "2026-11-26T00:00:00Z");
        routes.addAll(new FencedPage(moved, pages).routes());
        return new WebShell(
                new WebShell.Place("127.0.0.1", 0, false, Optional.empty()),
                routes,
                pages,
                new Metrics(Map::of));
    }
}
