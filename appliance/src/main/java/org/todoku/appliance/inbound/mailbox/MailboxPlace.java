package org.todoku.appliance.inbound.mailbox;

import org.todoku.appliance.kernel.Secret;

/**
 * Where the mailbox is.
 *
 * @param folder in which mail arrives, as a rule INBOX
 */
public record MailboxPlace(
        String host, int port, Tls tls, String user, Secret password, String folder) {
    /** How the connection is kept secret. */
    public enum Tls {
        /** Only to this machine itself. */
        NONE,
        /** Begun in the clear, and not gone on with without. */
        STARTTLS,
        IMPLICIT
    }

    /** For people. */
    @Override
    public String toString() {
        return user + " at " + host + ":" + port;
    }
}
