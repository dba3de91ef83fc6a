package org.todoku.appliance.member;

/**
 * Whether mail goes to an address. Quarantined: known to bounce, kept with a reason, not mailed.
 */
public enum ContactState {
    ACTIVE("active"),
    QUARANTINED("quarantined"),
    REMOVED("removed");

    private final String code;

    ContactState(String code) {
        this.code = code;
    }

    public String code() {
        return code;
    }

    /** The state with this code; an unknown code is a bug. */
    public static ContactState of(String code) {
        for (ContactState state : values()) {
            if (state.code.equals(code)) {
                return state;
            }
        }
        throw new IllegalArgumentException("contact state " + code);
    }
}
