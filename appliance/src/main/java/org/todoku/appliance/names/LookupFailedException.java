package org.todoku.appliance.names;

/** No answer: nobody can say what stands there. */
public final class LookupFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LookupFailedException(String name, String type, String why) {
        super("no answer about " + type + " of " + name + ": " + why);
    }
}
