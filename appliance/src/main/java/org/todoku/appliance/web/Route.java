package org.todoku.appliance.web;

import java.time.Duration;

/**
 * What answers a method and path.
 *
 * @param pattern a path with {@code {names}}, as Helidon reads it
 * @param deadline when the caller gets an answer at the latest, be it that the outcome is unknown
 */
public record Route(
        String method, String pattern, Handler handler, int maxBody, Duration deadline) {
    /** Forms and JSON; the longest message is far below. */
    private static final int MAX_BODY = 512 * 1024;

    private static final Duration DEADLINE = Duration.ofSeconds(5);

    /** Rosters: 20,000 members of 200 bytes, and room. */
    private static final int MAX_UPLOAD = 10 * 1024 * 1024;

    /** An upload is a thousand rows and their addresses; its commit still is one. */
    private static final Duration UPLOAD_DEADLINE = Duration.ofSeconds(60);

    /** Answers a call, or throws {@link Problem}. */
    @FunctionalInterface
    public interface Handler {
        Reply answer(Call call);
    }

    /** A route that only looks. */
    public static Route get(String pattern, Handler handler) {
        return new Route("GET", pattern, handler, 0, DEADLINE);
    }

    /** A route that may change something. */
    public static Route post(String pattern, Handler handler) {
        return new Route("POST", pattern, handler, MAX_BODY, DEADLINE);
    }

    /** A route that takes a file. */
    public static Route upload(String pattern, Handler handler) {
        return new Route("POST", pattern, handler, MAX_UPLOAD, UPLOAD_DEADLINE);
    }

    /** The same route with its handler wrapped, for instance in a sign-in check. */
    public Route wrapped(java.util.function.UnaryOperator<Handler> wrapper) {
        return new Route(method, pattern, wrapper.apply(handler), maxBody, deadline);
    }
}
