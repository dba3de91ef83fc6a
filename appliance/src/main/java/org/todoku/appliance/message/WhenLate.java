package org.todoku.appliance.message;

import java.util.Optional;

/**
 * What becomes of the mails of a message that could not be sent in their time. Names as in the API.
 */
public enum WhenLate {
    /** They are not sent at all: who gets up late would only be misled. */
    DROP("drop"),
    /** They are sent all the same, and say that they are late and when they should have come. */
    MARK("mark");

    private final String code;

    WhenLate(String code) {
        this.code = code;
    }

    public String code() {
        return code;
    }

    /** The one with this code, if any has it. */
    public static Optional<WhenLate> parse(String code) {
        for (WhenLate one : values()) {
            if (one.code.equals(code)) {
                return Optional.of(one);
            }
        }
        return Optional.empty();
    }

    /** As the database has it: nothing for what is usual. */
    Optional<String> stored() {
        return this == DROP ? Optional.empty() : Optional.of(code);
    }

    /** What the database has. */
    public static WhenLate stored(Optional<String> code) {
        return code.flatMap(WhenLate::parse).orElse(DROP);
    }
}
