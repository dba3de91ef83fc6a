package org.todoku.migrate;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import picocli.CommandLine;

/** A command as a shell runs it: its status and what it said. */
record Command(int status, String out, String err) {
    static Command run(String... words) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = Main.commandLine(Map.of());
        line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        return new Command(line.execute(words), out.toString(), err.toString());
    }
}
