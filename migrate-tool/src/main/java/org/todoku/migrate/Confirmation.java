package org.todoku.migrate;

import java.io.Console;
import java.util.Locale;

/** A question on a terminal; without one nobody is asked, as scripts expect. */
final class Confirmation {
    private Confirmation() {}

    /** Whether to go on. */
    @SuppressWarnings("SystemConsoleNull") // It is null here when the input is no terminal.
    static boolean given(String question) {
        Console console = System.console();
        if (console == null || !console.isTerminal()) {
            return true;
        }
        String answer = console.readLine("%s Type yes: ", question);
        return answer != null && answer.strip().toLowerCase(Locale.ROOT).equals("yes");
    }
}
