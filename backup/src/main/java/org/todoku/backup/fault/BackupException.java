package org.todoku.backup.fault;

import org.jspecify.annotations.Nullable;

/**
 * An operating fault: what was being done and on what, why it failed, and a hint for the operator.
 * The message is one line that can be shown as it is.
 */
public final class BackupException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final BackupFault fault;
    private final String what;
    private final String why;
    private final String hint;

    public BackupException(BackupFault fault, String what, String why, String hint) {
        this(fault, what, why, hint, null);
    }

    public BackupException(
            BackupFault fault, String what, String why, String hint, @Nullable Throwable cause) {
        super(
                oneLine(what)
                        + ": "
                        + oneLine(why)
                        + ". Hint: "
                        + hint
                        + " [B"
                        + fault.number()
                        + "]",
                cause);
        this.fault = fault;
        this.what = oneLine(what);
        this.why = oneLine(why);
        this.hint = hint;
    }

    public BackupFault fault() {
        return fault;
    }

    /** What was being done, and on what. */
    public String what() {
        return what;
    }

    public String why() {
        return why;
    }

    public String hint() {
        return hint;
    }

    private static String oneLine(String text) {
        String line = text.strip().replaceAll("\\s*\\R\\s*", " ");
        return line.endsWith(".") ? line.substring(0, line.length() - 1) : line;
    }
}
