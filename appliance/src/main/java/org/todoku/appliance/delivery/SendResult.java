package org.todoku.appliance.delivery;

/**
 * What one try to hand a mail over came to.
 *
 * <p>Stages: connect, mail, rcpt, data. A carrier's 550 means different things at RCPT and after
 * DATA, so the stage is kept with every answer.
 */
sealed interface SendResult {
    String stage();

    String response();

    /** 250 after the mail's end. */
    record Accepted(String response) implements SendResult {
        @Override
        public String stage() {
            return "data";
        }
    }

    /** 4xx: certainly not taken, may be later. */
    record Temporary(String stage, String response) implements SendResult {}

    /** 5xx: certainly not taken. */
    record Permanent(String stage, String response) implements SendResult {}

    /**
     * The relay could not be reached or broke off before the mail itself was sent: certainly not
     * taken.
     */
    record Unsent(String stage, String response) implements SendResult {}

    /**
     * The connection broke while or after the mail itself was sent: taken or not, nobody here can
     * know.
     */
    record Unknown(String stage, String response) implements SendResult {}
}
