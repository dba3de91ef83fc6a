package org.todoku.appliance.delivery;

import java.time.Instant;
import java.util.List;

/**
 * A message that was sent from the archive while there was no server, with what became of each
 * mail.
 *
 * @param id names it for ever
 * @param author who sent it, as the console shows it
 */
public record Noticed(
        String id, String author, String subject, String text, Instant at, List<Mail> mails) {
    public Noticed {
        mails = List.copyOf(mails);
    }

    /**
     * One mail.
     *
     * @param outcome {@link Outcome#CLAIMED} when nobody wrote down what became of it
     */
    public record Mail(long contact, Outcome outcome, Instant at, String stage, String response) {}

    /** The Message-ID of one of its mails: the same at every attempt. */
    public static String mailId(String notice, long recipient, String domain) {
        return "<n" + notice + ".r" + recipient + "@" + domain + ">";
    }
}
