package org.todoku.appliance.web;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;

/**
 * The one place where what went wrong becomes an answer: problem+json for programs, a page in the
 * reader's language for people. Bugs are logged here, once, and never shown.
 */
final class Answers {
    private static final Logger LOG = LoggerFactory.getLogger(Answers.class);
    private static final int RETRY_AFTER_SECONDS = 5;

    /** What the page says; everything else gets the general words. */
    private static final Map<String, String> PAGE_KEYS =
            Map.ofEntries(
                    Map.entry("not-found", "error.not-found"),
                    Map.entry("form-expired", "error.form-expired"),
                    Map.entry("forbidden", "error.form-expired"),
                    Map.entry("too-large", "error.too-large"),
                    Map.entry("too-many-requests", "error.too-many"),
                    Map.entry("busy", "error.busy"),
                    Map.entry("overloaded", "error.busy"),
                    Map.entry("timeout", "error.busy"),
                    Map.entry("stopping", "error.busy"),
                    Map.entry("storage-unavailable", "error.storage-unavailable"),
                    Map.entry("fenced", "error.storage-unavailable"),
                    Map.entry("outcome-unknown", "error.outcome-unknown"));

    private final ObjectMapper json = new ObjectMapper();
    private final Pages pages;

    Answers(Pages pages) {
        this.pages = pages;
    }

    Reply of(Call call, Throwable thrown) {
        return switch (thrown) {
            case Problem problem -> of(call, problem);
            case FaultException fault -> of(call, toProblem(fault));
            default -> {
                LOG.error("{} {} failed by a bug", call.method(), call.path(), thrown);
                yield of(call, Problem.of(500, "internal", "This is a fault of the program."));
            }
        };
    }

    private static Problem toProblem(FaultException e) {
        Fault fault = e.fault();
        if (fault.httpStatus() == 500) {
            LOG.error("an operating fault met a request: {}", e.getMessage());
        }
        String detail = e.why() + ". Hint: " + e.hint();
        return fault.retryable()
                ? Problem.later(fault.httpStatus(), fault.code(), detail, RETRY_AFTER_SECONDS)
                : Problem.of(fault.httpStatus(), fault.code(), detail);
    }

    private Reply of(Call call, Problem problem) {
        Reply reply = call.api() ? problemJson(problem) : page(call, problem);
        return problem.retryAfterSeconds().isPresent()
                ? reply.with("Retry-After", String.valueOf(problem.retryAfterSeconds().getAsInt()))
                : reply;
    }

    private Reply problemJson(Problem problem) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("status", problem.status());
        fields.put("code", problem.code());
        fields.put("detail", problem.detail());
        try {
            return Reply.of(
                    problem.status(), "application/problem+json", json.writeValueAsString(fields));
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalStateException("a map of texts is always JSON", e);
        }
    }

    private Reply page(Call call, Problem problem) {
        String key = PAGE_KEYS.getOrDefault(problem.code(), "error.general");
        ErrorView view = ErrorView.of(key, problem.code());
        return Reply.html(
                problem.status(), pages.render("shell/error.jte", pages.shellScreen(call), view));
    }
}
