package org.todoku.appliance.member;

/** Whether someone belongs to the network now. Names as in the API and the database. */
public enum MemberState {
    JOINED("joined"),
    LEFT("left");

    private final String code;

    MemberState(String code) {
        this.code = code;
    }

    public String code() {
        return code;
    }

    static MemberState of(String code) {
        return code.equals(JOINED.code) ? JOINED : LEFT;
    }
}
