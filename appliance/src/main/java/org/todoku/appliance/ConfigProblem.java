package org.todoku.appliance;

/**
 * A configuration that is not taken: which file and line, which key, which value, and what would be
 * allowed. The message is one line for the person who wrote the file.
 */
public final class ConfigProblem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ConfigProblem(String place, String what, String hint) {
        super(place + ": " + what + ". Hint: " + hint);
    }
}
