package org.todoku.appliance.web;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** What machines ask: is it alive, does it serve, how much. */
public final class Probes {
    private final Supplier<Optional<String>> notReadyBecause;
    private final Metrics metrics;

    /**
     * @param notReadyBecause empty when reads and writes are served, else the reason
     */
    public Probes(Supplier<Optional<String>> notReadyBecause, Metrics metrics) {
        this.notReadyBecause = notReadyBecause;
        this.metrics = metrics;
    }

    /** The routes. */
    public List<Route> routes() {
        return List.of(
                Route.get("/health/live", call -> Reply.of(200, "text/plain", "live\n")),
                Route.get("/health/ready", this::ready),
                Route.get("/metrics", this::metrics));
    }

    private Reply ready(Call call) {
        return notReadyBecause
                .get()
                .map(reason -> Reply.of(503, "text/plain", reason + "\n").with("Retry-After", "5"))
                .orElseGet(() -> Reply.of(200, "text/plain", "ready\n"));
    }

    private Reply metrics(Call call) {
        if (!call.loopback()) {
            throw Problem.of(403, "loopback-only", "Metrics are given to this machine only.");
        }
        return Reply.of(200, "text/plain; version=0.0.4; charset=utf-8", metrics.text());
    }
}
