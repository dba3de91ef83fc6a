package org.todoku.migrate;

import java.util.logging.Level;
import java.util.logging.Logger;

/** Keeps the libraries' chatter off the terminal; what matters is said by the commands. */
final class Quiet {
    /** Held here, since the logging system forgets loggers that nobody holds. */
    private static final Logger ROOT = Logger.getLogger("");

    private Quiet() {}

    static void libraries() {
        ROOT.setLevel(Level.WARNING);
    }
}
