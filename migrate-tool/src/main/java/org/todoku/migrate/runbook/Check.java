package org.todoku.migrate.runbook;

/**
 * What a step finds before it acts. That it must not act at all is an exception, and then nothing
 * of it has happened.
 */
public sealed interface Check {
    /** There is something to do. */
    record Open() implements Check {}

    /** It is done already, perhaps by a run that died before it could write so. */
    record Done(String message) implements Check {}

    Check OPEN = new Open();

    static Check done(String message) {
        return new Done(message);
    }
}
