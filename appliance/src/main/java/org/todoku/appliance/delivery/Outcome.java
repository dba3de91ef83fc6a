package org.todoku.appliance.delivery;

/** Where one delivery is. Names as in the API and the database; docs/glossary.md explains each. */
public enum Outcome {
    /** Certainly not sent; will be. */
    QUEUED("queued"),
    /** Given to a connection; no answer recorded yet. */
    CLAIMED("claimed"),
    /** The relay's 250 is recorded. Not the same as arrived. */
    HANDED_OVER("handedOver"),
    /** Refused for now; certainly not sent, will be tried again. */
    DEFERRED("deferred"),
    /** Refused for good. */
    REFUSED("refused"),
    /** Not tried, because the address is quarantined. */
    SUPPRESSED("suppressed"),
    /** Not sent by its "do not send after". */
    EXPIRED("expired"),
    /** Claimed, and then the answer was lost: sent or not, nobody here can know. */
    IN_DOUBT("inDoubt");

    private final String code;

    Outcome(String code) {
        this.code = code;
    }

    public String code() {
        return code;
    }

    /** The outcome with this code, for requests; empty when there is none. */
    public static java.util.Optional<Outcome> parse(String code) {
        for (Outcome outcome : values()) {
            if (outcome.code.equals(code)) {
                return java.util.Optional.of(outcome);
            }
        }
        return java.util.Optional.empty();
    }

    static Outcome of(String code) {
        return parse(code).orElseThrow(() -> new IllegalArgumentException("outcome " + code));
    }
}
