package org.todoku.migrate;

import java.io.FilterWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import picocli.CommandLine;

/**
 * {@code todoku-migrate --json} in a process that sends itself a signal as soon as it has said a
 * certain thing. Arguments: the signal, what the line holds, the words of the command.
 */
public final class HaltedCommand {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private HaltedCommand() {}

    public static void main(String[] args) {
        Writer watched =
                new Watched(
                        new OutputStreamWriter(System.out, StandardCharsets.UTF_8),
                        args[0],
                        args[1]);
        CommandLine line = Main.commandLine(Map.of());
        line.setOut(new PrintWriter(watched, true));
        System.exit(line.execute(Arrays.copyOfRange(args, 2, args.length)));
    }

    /**
     * Until the runbook knows of the signal, if one runs: on a machine without time its next step
     * could be done before that.
     */
    private static void awaitArrival() throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline
                && Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(HaltedCommand::hasArrived)) {
            Thread.sleep(5);
        }
    }

    private static boolean hasArrived(Thread thread) {
        return thread.getName().equals("runbook-stop")
                && thread.getState() == Thread.State.TIMED_WAITING;
    }

    private static final class Watched extends FilterWriter {
        private final String signal;
        private final String wanted;
        private final StringBuilder line = new StringBuilder();
        private boolean sent;

        Watched(Writer out, String signal, String wanted) {
            super(out);
            this.signal = signal;
            this.wanted = wanted;
        }

        @Override
        public void write(String text, int from, int length) throws IOException {
            super.write(text, from, length);
            line.append(text, from, from + length);
            if (line.indexOf("\n") < 0) {
                return;
            }
            boolean reached = line.indexOf(wanted) >= 0;
            line.setLength(0);
            if (reached && !sent) {
                sent = true;
                out.flush();
                try {
                    Child.signal(ProcessHandle.current().pid(), signal);
                    if (signal.equals("INT") || signal.equals("TERM")) {
                        awaitArrival();
                    }
                } catch (Exception e) {
                    throw new IOException(e);
                }
            }
        }
    }
}
