package org.todoku.appliance.web;

import java.util.OptionalInt;

/**
 * An answer that is not what was asked for: a status, a code that programs may rely on, and a
 * sentence in English for developers (people see a page in their language). Thrown by handlers,
 * turned into an answer once, at the root.
 */
public final class Problem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;
    private final int retryAfterSeconds;

    private Problem(int status, String code, String detail, int retryAfterSeconds) {
        // Without a stack trace: these are answers, and under load they must stay cheap.
        super(detail, null, false, false);
        this.status = status;
        this.code = code;
        this.retryAfterSeconds = retryAfterSeconds;
    }

    /** The caller's mistake. */
    public static Problem badRequest(String code, String detail) {
        return new Problem(400, code, detail, 0);
    }

    /** What was asked for is not here. */
    public static Problem notFound(String detail) {
        return new Problem(404, "not-found", detail, 0);
    }

    /** Any other refusal. */
    public static Problem of(int status, String code, String detail) {
        return new Problem(status, code, detail, 0);
    }

    /** A refusal that passes. */
    public static Problem later(int status, String code, String detail, int retryAfterSeconds) {
        return new Problem(status, code, detail, retryAfterSeconds);
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }

    /** The stable name of this problem. */
    public String code() {
        return code;
    }

    /** When it makes sense to ask again. */
    public OptionalInt retryAfterSeconds() {
        return retryAfterSeconds > 0 ? OptionalInt.of(retryAfterSeconds) : OptionalInt.empty();
    }

    /** The sentence for developers. */
    public String detail() {
        return String.valueOf(getMessage());
    }
}
