package org.todoku.appliance.web;

import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** What machines ask: is it alive, does it serve, how much. */
public final class Probes {
    /** A header of {@code /health/live}. */
    public static final String EPOCH = "Todoku-Epoch";

    private final Supplier<Optional<String>> notReadyBecause;
    private final LongSupplier epoch;
    private final Metrics metrics;

    /**
     * Makes them.
     *
     * @param notReadyBecause empty when reads and writes are served, else the reason
     * @param epoch under which this host writes; 0 without an archive
     */
    public Probes(Supplier<Optional<String>> notReadyBecause, LongSupplier epoch, Metrics metrics) {
        this.notReadyBecause = notReadyBecause;
        this.epoch = epoch;
        this.metrics = metrics;
    }

    /** The routes. */
    public List<Route> routes() {
        return List.of(
                Route.get("/health/live", this::live),
                Route.get("/health/ready", this::ready),
                Route.get("/metrics", this::metrics));
    }

    /** Says which host this is: after a move some people still come to the old one. */
    private Reply live(Call call) {
        return Reply.of(200, "text/plain", "live\n").with(EPOCH, String.valueOf(epoch.getAsLong()));
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
