package org.todoku.appliance.message;

import java.util.Optional;

/** How the text of a message is meant. Names as in the API. */
public enum Markup {
    /** As it stands; the mail has this text and nothing else. */
    PLAIN("plain"),
    /** As CommonMark: the mail has the text as it stands, and beside it as simple HTML. */
    MARKDOWN("markdown");

    private final String code;

    Markup(String code) {
        this.code = code;
    }

    public String code() {
        return code;
    }

    /** The one with this code, if any has it. */
    public static Optional<Markup> parse(String code) {
        for (Markup one : values()) {
            if (one.code.equals(code)) {
                return Optional.of(one);
            }
        }
        return Optional.empty();
    }

    /** As the database has it: nothing for what is usual. */
    Optional<String> stored() {
        return this == PLAIN ? Optional.empty() : Optional.of(code);
    }

    /** What the database has. */
    public static Markup stored(Optional<String> code) {
        return code.flatMap(Markup::parse).orElse(PLAIN);
    }
}
