package org.todoku.appliance.delivery.bounce;

/** Why a mail was refused, as far as what was answered tells. */
public enum Reason {
    /** There is no such mailbox. */
    UNKNOWN_USER("unknownUser"),
    /** There is one, and its owner's settings keep us out. */
    FILTERED("filtered"),
    /** Closed for a time, often for an unpaid bill. */
    SUSPENDED("suspended"),
    FULL("full"),
    TOO_LARGE("tooLarge"),
    /** The system refuses us and not the person: spam, reputation, policy. */
    NOT_WANTED("notWanted"),
    /** The domain does not exist or takes no mail. */
    NO_HOST("noHost"),
    /** It may arrive yet. */
    DELAYED("delayed"),
    OTHER("other");

    private final String code;

    Reason(String code) {
        this.code = code;
    }

    /** As it is stored. */
    public String code() {
        return code;
    }
}
