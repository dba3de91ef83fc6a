package org.todoku.appliance.message;

/** Where a message is. Names as in the API and the database. */
public enum MessageState {
    /** Being sent, or waiting for its time. */
    SENDING("sending"),
    /** Was being sent when the service was restored elsewhere; waits until someone releases it. */
    ON_HOLD("onHold"),
    /** Nothing is left to do. */
    SENT("sent"),
    /** Its "do not send after" passed before anything was sent. */
    EXPIRED("expired");

    private final String code;

    MessageState(String code) {
        this.code = code;
    }

    public String code() {
        return code;
    }

    /** The state with this code; an unknown code is a bug. */
    public static MessageState of(String code) {
        for (MessageState state : values()) {
            if (state.code.equals(code)) {
                return state;
            }
        }
        throw new IllegalArgumentException("message state " + code);
    }
}
