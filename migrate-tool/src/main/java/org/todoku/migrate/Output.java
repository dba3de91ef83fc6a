package org.todoku.migrate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * What a command tells: lines for people, or with {@code --json} one object a line ({@code step},
 * {@code state}, {@code percent}, {@code message}, and last {@code result}).
 */
final class Output {
    private static final JsonMapper JSON = new JsonMapper();

    @Option(names = "--json", description = "one JSON object a line instead of text")
    private boolean json;

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    private int shown = -1;

    void begin(String step, String message) {
        shown = -1;
        tell(step, "running", 0, message);
    }

    /** Progress of a step; told at every tenth part only. */
    void progress(String step, long done, long of) {
        int percent = of == 0 ? 100 : (int) (done * 100 / of);
        if (percent / 10 != shown / 10 || shown < 0) {
            shown = percent;
            if (json) {
                tell(step, "running", percent, "");
            } else if (percent < 100 && percent > 0) {
                out().println("    " + percent + " %");
                out().flush();
            }
        }
    }

    void done(String step, String message) {
        tell(step, "done", 100, message);
    }

    void note(String step, String message) {
        tell(step, "note", 0, message);
    }

    /** The last word of a command. */
    void result(Map<String, ?> facts, String text) {
        if (json) {
            line(Map.of("result", facts));
        } else {
            out().println(text);
            out().flush();
        }
    }

    private void tell(String step, String state, int percent, String message) {
        if (json) {
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("step", step);
            facts.put("state", state);
            facts.put("percent", percent);
            facts.put("message", message);
            line(facts);
            return;
        }
        String mark =
                switch (state) {
                    case "done" -> "  ✓ ";
                    case "note" -> "  ! ";
                    default -> "  … ";
                };
        out().println(mark + message);
        out().flush();
    }

    private void line(Map<String, ?> facts) {
        try {
            out().println(JSON.writeValueAsString(facts));
            out().flush();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private PrintWriter out() {
        CommandSpec spec = command;
        if (spec == null) {
            throw new IllegalStateException("not mixed into a command");
        }
        return spec.commandLine().getOut();
    }
}
