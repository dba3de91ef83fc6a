package org.todoku.appliance.web;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * All that a host serves whose service has moved: for every path the way to where it is now. What
 * is read is sent on to the new address, what is written goes there as it is (308). Where that
 * address is this host's own, because the name is to follow the service, nothing can be sent on:
 * then each path is a page (503) that says so.
 */
public final class FencedPage {
    private static final String EVERYTHING = "/*";
    private static final int RETRY_AFTER_SECONDS = 60;
    private static final int MAX_BODY = 64 * 1024;

    private final Moved moved;
    private final Pages pages;

    /**
     * Where the service is.
     *
     * @param to its address; empty where that is this host's own, or not known
     * @param host its name, for the administrator
     * @param since when it moved, RFC 3339
     */
    public record Moved(Optional<URI> to, String host, String since) {}

    public FencedPage(Moved moved, Pages pages) {
        this.moved = moved;
        this.pages = pages;
    }

    /** The routes; nothing else is to be served beside them but static files. */
    public List<Route> routes() {
        List<Route> routes = new ArrayList<>();
        routes.add(Route.get("/health/live", call -> Reply.of(200, "text/plain", "live\n")));
        routes.add(
                Route.get(
                        "/health/ready",
                        call -> Reply.of(503, "text/plain", "fenced: the service has moved\n")));
        Stream.of("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
                .map(
                        method ->
                                new Route(
                                        method,
                                        EVERYTHING,
                                        this::answer,
                                        MAX_BODY,
                                        java.time.Duration.ofSeconds(5)))
                .forEach(routes::add);
        return routes;
    }

    private Reply answer(Call call) {
        if (moved.to().isEmpty()) {
            if (call.api()) {
                String detail = "The service has moved to the host " + moved.host() + ".";
                throw Problem.later(503, "fenced", detail, RETRY_AFTER_SECONDS);
            }
            return page(call, 503).with("Retry-After", String.valueOf(RETRY_AFTER_SECONDS));
        }
        // 302, not 301: the service may come back. What is not only read keeps method and body.
        int status = call.safe() ? 302 : 308;
        Reply reply = call.api() ? Reply.empty(status) : page(call, status);
        return reply.with("Location", moved.to().get() + pathAndQuery(call));
    }

    private Reply page(Call call, int status) {
        return Reply.html(status, pages.render("shell/fenced.jte", pages.shellScreen(call), moved));
    }

    private static String pathAndQuery(Call call) {
        StringBuilder text = new StringBuilder();
        for (String part : call.path().substring(1).split("/", -1)) {
            text.append('/').append(encoded(part));
        }
        char before = '?';
        for (Map.Entry<String, List<String>> field : call.query().entrySet()) {
            for (String value : field.getValue()) {
                text.append(before).append(encoded(field.getKey())).append('=');
                text.append(encoded(value));
                before = '&';
            }
        }
        return text.toString();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
