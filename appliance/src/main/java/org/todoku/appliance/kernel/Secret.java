package org.todoku.appliance.kernel;

/**
 * Text that must not be printed: a password, a token.
 *
 * @param value the secret itself; never log it
 */
public record Secret(String value) {
    @Override
    public String toString() {
        return "***";
    }
}
