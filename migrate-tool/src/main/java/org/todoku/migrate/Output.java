package org.todoku.migrate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.Console;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.salvaged.SalvagedRow;
import org.todoku.migrate.runbook.Plan;
import org.todoku.migrate.runbook.Progress;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * What a command tells: lines for people, or with {@code --json} one object a line ({@code step},
 * {@code state}, {@code percent}, {@code message}, and last {@code result}).
 */
final class Output implements Progress {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int BAR = 40;

    @Option(names = "--json", description = "one JSON object a line instead of text")
    private boolean json;

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    private int shown = -1;

    @Override
    public void begin(String step, String message) {
        shown = -1;
        tell(step, "running", 0, message);
    }

    /** Progress of a step: a bar on a terminal, else told at every tenth part only. */
    @Override
    public void progress(String step, long done, long of) {
        int percent = of == 0 ? 100 : (int) (done * 100 / of);
        if (!json && isTerminal()) {
            bar(percent);
        } else if (percent / 10 != shown / 10 || shown < 0) {
            shown = percent;
            if (json) {
                tell(step, "running", percent, "");
            } else if (percent < 100 && percent > 0) {
                out().println("    " + percent + " %");
                out().flush();
            }
        }
    }

    /** One line that is drawn over; the cursor stays at its begin for the line that comes next. */
    private void bar(int percent) {
        if (percent != shown) {
            shown = percent;
            int full = Math.clamp(percent, 0, 100) * BAR / 100;
            String drawn = "█".repeat(full) + "·".repeat(BAR - full);
            out().print("    " + drawn + " %3d %%\r".formatted(percent));
            out().flush();
        }
    }

    @SuppressWarnings("SystemConsoleNull") // It is null here when the input is no terminal.
    private static boolean isTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }

    @Override
    public void done(String step, String message) {
        tell(step, "done", 100, message);
    }

    @Override
    public void note(String step, String message) {
        tell(step, "note", 0, message);
    }

    @Override
    public void failed(String step, String message) {
        tell(step, "failed", 0, message);
    }

    @Override
    public void undone(String step, String message) {
        tell(step, "undone", 0, message);
    }

    /** What a restore tells, as this step. */
    Restoring.Told told(String step) {
        return new Restoring.Told() {
            @Override
            public void progress(long done, long of) {
                Output.this.progress(step, done, of);
            }

            @Override
            public void note(String message) {
                Output.this.note(step, message);
            }
        };
    }

    /** The steps of a dry run, and what they come to. */
    void plan(Plan plan) {
        if (json) {
            for (Plan.Planned step : plan.steps()) {
                tell(step.name(), step.isDone() ? "done" : "planned", 0, step.title());
            }
        } else {
            out().println(plan.text());
        }
    }

    /** A salvaged row: with {@code --json} as it is, without what only a file may hold. */
    void row(SalvagedRow row) {
        if (json) {
            line(
                    Map.of(
                            "row", row.number(),
                            "table", row.table(),
                            "change", row.change(),
                            "text", row.text()));
        } else {
            out().println("%5d  %s".formatted(row.number(), row.text()));
            out().flush();
        }
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
                    case "failed" -> "  ✗ ";
                    case "undone" -> "  ↩ ";
                    default -> "  … ";
                };
        out().println(mark + message + rest(message));
        out().flush();
    }

    /** Blanks over what is left of a bar. */
    private String rest(String message) {
        return shown < 0 ? "" : " ".repeat(Math.max(0, BAR + 8 - message.length()));
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
