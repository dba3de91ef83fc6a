package org.todoku.appliance.inbound.mailbox;

import java.time.Instant;
import java.util.Optional;

/**
 * How the mailbox is doing.
 *
 * @param place {@code user at host:port}
 * @param idle whether the server tells of new mail by itself; else it is asked
 * @param since when this connection was made, or was lost
 * @param taken mails since the start
 * @param setAside mails since the start that could not be taken and are flagged in the mailbox
 * @param trouble what went wrong last
 */
public record MailboxStatus(
        String place,
        boolean connected,
        boolean idle,
        Instant since,
        Optional<Instant> lastMail,
        long taken,
        long setAside,
        Optional<Trouble> trouble) {
    /** One thing that went wrong. */
    public record Trouble(Instant at, String line) {}

    static MailboxStatus before(MailboxPlace place, Instant now) {
        return new MailboxStatus(
                place.toString(), false, false, now, Optional.empty(), 0, 0, Optional.empty());
    }

    MailboxStatus opened(boolean idles, Instant now) {
        return new MailboxStatus(place, true, idles, now, lastMail, taken, setAside, trouble);
    }

    MailboxStatus lost(Instant now) {
        Instant when = connected ? now : since;
        return new MailboxStatus(place, false, false, when, lastMail, taken, setAside, trouble);
    }

    MailboxStatus took(int mails, Instant now) {
        return new MailboxStatus(
                place, connected, idle, since, Optional.of(now), taken + mails, setAside, trouble);
    }

    MailboxStatus oneMoreAside() {
        return new MailboxStatus(
                place, connected, idle, since, lastMail, taken, setAside + 1, trouble);
    }

    MailboxStatus troubled(String line, Instant now) {
        return new MailboxStatus(
                place,
                connected,
                idle,
                since,
                lastMail,
                taken,
                setAside,
                Optional.of(new Trouble(now, line.replaceAll("\\s+", " "))));
    }
}
