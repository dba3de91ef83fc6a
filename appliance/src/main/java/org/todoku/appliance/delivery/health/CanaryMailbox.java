package org.todoku.appliance.delivery.health;

import jakarta.mail.FetchProfile;
import jakarta.mail.Flags;
import jakarta.mail.Folder;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Store;
import java.net.URI;
import java.util.Optional;
import java.util.Properties;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.kernel.Secret;

/**
 * A mailbox of one's own at a carrier, to which a mail is sent each morning and in which it is then
 * looked for, by IMAP. What was found is deleted there.
 *
 * @param url {@code imaps://user@host} or {@code imap://user@host}, perhaps with a port
 */
public record CanaryMailbox(EmailAddress address, URI url, Secret password) {
    private static final String TIMEOUT = "20000";
    private static final String INBOX = "INBOX";
    private static final String ID = "Message-ID";

    /** Of each folder so many are looked at. */
    private static final int NEWEST = 200;

    /** Where a mail was found. */
    public enum Found {
        INBOX,
        /** In a folder that the carrier takes for junk: members would not see it either. */
        JUNK
    }

    /**
     * Looks once, in all folders.
     *
     * @throws MessagingException when the mailbox cannot be read
     */
    Optional<Found> look(String mailId) throws MessagingException {
        Properties properties = new Properties();
        String protocol = url.getScheme();
        for (String key : new String[] {"timeout", "connectiontimeout", "writetimeout"}) {
            properties.setProperty("mail." + protocol + "." + key, TIMEOUT);
        }
        properties.setProperty("mail." + protocol + ".starttls.enable", "true");
        properties.setProperty("mail." + protocol + ".ssl.checkserveridentity", "true");
        Session session = Session.getInstance(properties);
        try (Store store = session.getStore(protocol)) {
            store.connect(url.getHost(), url.getPort(), url.getUserInfo(), password.value());
            // First, for some show what lies there in other folders too.
            if (take(store.getFolder(INBOX), mailId)) {
                return Optional.of(Found.INBOX);
            }
            for (Folder folder : store.getDefaultFolder().list("*")) {
                boolean other =
                        (folder.getType() & Folder.HOLDS_MESSAGES) != 0
                                && !folder.getFullName().equalsIgnoreCase(INBOX);
                if (other && take(folder, mailId)) {
                    return Optional.of(Found.JUNK);
                }
            }
            return Optional.empty();
        }
    }

    private static boolean take(Folder folder, String mailId) throws MessagingException {
        folder.open(Folder.READ_WRITE);
        try {
            // Compared here: not every server finds a header by what is in it.
            int count = folder.getMessageCount();
            Message[] newest = folder.getMessages(Math.max(1, count - NEWEST + 1), count);
            FetchProfile wanted = new FetchProfile();
            wanted.add(ID);
            folder.fetch(newest, wanted);
            boolean found = false;
            for (Message message : newest) {
                String[] ids = message.getHeader(ID);
                if (ids != null && ids.length > 0 && ids[0].strip().equals(mailId)) {
                    message.setFlag(Flags.Flag.DELETED, true);
                    found = true;
                }
            }
            return found;
        } finally {
            folder.close(true);
        }
    }
}
