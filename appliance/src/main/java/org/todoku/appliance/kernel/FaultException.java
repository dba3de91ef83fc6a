package org.todoku.appliance.kernel;

import org.jspecify.annotations.Nullable;

/**
 * An operating fault: what was being done, why it failed, and what the operator or caller can do
 * about it.
 */
public final class FaultException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Fault fault;
    private final String what;
    private final String why;
    private final String hint;

    public FaultException(Fault fault, String what, String why, String hint) {
        this(fault, what, why, hint, null);
    }

    public FaultException(
            Fault fault, String what, String why, String hint, @Nullable Throwable cause) {
        super(
                oneLine("cannot " + what + ": " + why + " [" + fault.code() + "]. Hint: " + hint),
                cause);
        this.fault = fault;
        this.what = oneLine(what);
        this.why = oneLine(why);
        this.hint = oneLine(hint);
    }

    public Fault fault() {
        return fault;
    }

    /** What was being done, as a phrase that follows "cannot". */
    public String what() {
        return what;
    }

    public String why() {
        return why;
    }

    public String hint() {
        return hint;
    }

    /** One line, so that a value from outside cannot forge a log entry. */
    private static String oneLine(String text) {
        return text.replaceAll("\\p{Cntrl}+", " ");
    }
}
