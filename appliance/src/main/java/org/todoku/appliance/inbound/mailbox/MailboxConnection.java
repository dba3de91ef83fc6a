package org.todoku.appliance.inbound.mailbox;

import jakarta.mail.FetchProfile;
import jakarta.mail.Flags;
import jakarta.mail.Folder;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.UIDFolder;
import jakarta.mail.search.FlagTerm;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.angus.mail.imap.IMAPFolder;
import org.eclipse.angus.mail.imap.IMAPMessage;
import org.eclipse.angus.mail.imap.IMAPStore;

/**
 * One connection to the mailbox, used by one thread; {@link #cut} may come from any. A fault of the
 * connection is a MessagingException, after which it is of no more use.
 */
final class MailboxConnection implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration ANSWER = Duration.ofSeconds(60);

    /** How long a server has to end its IDLE when it is asked to. */
    private static final Duration GRACE = Duration.ofSeconds(20);

    private final Lifeline lifeline;
    private final IMAPStore store;
    private final IMAPFolder folder;
    private final boolean idles;

    /** How many mails there were when it was looked last. */
    private int counted;

    private MailboxConnection(
            Lifeline lifeline, IMAPStore store, IMAPFolder folder, boolean idles) {
        this.lifeline = lifeline;
        this.store = store;
        this.folder = folder;
        this.idles = idles;
    }

    /** Signs in and opens the folder. */
    static MailboxConnection open(MailboxPlace place, Lifeline lifeline) throws MessagingException {
        boolean direct = place.tls() == MailboxPlace.Tls.IMPLICIT;
        String protocol = direct ? "imaps" : "imap";
        String prefix = "mail." + protocol + ".";
        Properties properties = new Properties();
        properties.put(prefix + "socketFactory", lifeline.plain());
        properties.put(prefix + "ssl.socketFactory", lifeline.secured());
        // Else it goes on without them when they fail, and nobody could cut it.
        properties.put(prefix + "socketFactory.fallback", "false");
        properties.put(prefix + "ssl.checkserveridentity", "true");
        boolean starts = place.tls() == MailboxPlace.Tls.STARTTLS;
        properties.put(prefix + "starttls.enable", Boolean.toString(starts));
        properties.put(prefix + "starttls.required", Boolean.toString(starts));
        properties.put(prefix + "connectiontimeout", "" + CONNECT.toMillis());
        properties.put(prefix + "timeout", "" + ANSWER.toMillis());
        properties.put(prefix + "writetimeout", "" + ANSWER.toMillis());
        properties.put(prefix + "partialfetch", "false");
        // What is fetched stays unread until it is stored.
        properties.put(prefix + "peek", "true");
        IMAPStore store = (IMAPStore) Session.getInstance(properties).getStore(protocol);
        try {
            store.connect(place.host(), place.port(), place.user(), place.password().value());
            IMAPFolder folder = (IMAPFolder) store.getFolder(place.folder());
            folder.open(Folder.READ_WRITE);
            // Asked of the folder: the store would make a second connection for the question.
            Object idles = folder.doCommand(imap -> imap.hasCapability("IDLE"));
            return new MailboxConnection(lifeline, store, folder, Boolean.TRUE.equals(idles));
        } catch (MessagingException | RuntimeException e) {
            lifeline.cut();
            throw e;
        }
    }

    /** Whether the server tells of new mail by itself. */
    boolean idles() {
        return idles;
    }

    /** A mail that is there. */
    record Lying(Message message, long uid, int bytes) {}

    /** Those that nobody has read, the oldest first. */
    List<Lying> unread() throws MessagingException {
        counted = folder.getMessageCount();
        Message[] found = folder.search(new FlagTerm(new Flags(Flags.Flag.SEEN), false));
        FetchProfile sizes = new FetchProfile();
        sizes.add(FetchProfile.Item.SIZE);
        sizes.add(UIDFolder.FetchProfileItem.UID);
        folder.fetch(found, sizes);
        List<Lying> lying = new java.util.ArrayList<>();
        for (Message message : found) {
            lying.add(new Lying(message, folder.getUID(message), message.getSize()));
        }
        return lying;
    }

    /**
     * Whether mails came since {@link #unread}. The server tells of one once, in the answer to
     * whatever command comes next, and then not again when it idles.
     */
    boolean moreCame() throws MessagingException {
        return folder.getMessageCount() != counted;
    }

    /** Its bytes as they arrived; it stays unread. */
    static byte[] bytes(Lying mail) throws MessagingException {
        if (mail.message instanceof IMAPMessage message) {
            message.setPeek(true);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(Math.max(1024, mail.bytes));
        try {
            mail.message.writeTo(out);
        } catch (IOException e) {
            throw new MessagingException(String.valueOf(e.getMessage()), e);
        } finally {
            if (mail.message instanceof IMAPMessage message) {
                message.invalidateHeaders();
            }
        }
        return out.toByteArray();
    }

    /** Marks them read. */
    void read(List<Lying> mails) throws MessagingException {
        mark(mails, new Flags(Flags.Flag.SEEN));
    }

    /** Marks it read and flagged, for a person to look at. */
    void setAside(Lying mail) throws MessagingException {
        Flags flags = new Flags(Flags.Flag.SEEN);
        flags.add(Flags.Flag.FLAGGED);
        mark(List.of(mail), flags);
    }

    private void mark(List<Lying> mails, Flags flags) throws MessagingException {
        if (!mails.isEmpty()) {
            folder.setFlags(
                    mails.stream().map(Lying::message).toArray(Message[]::new), flags, true);
        }
    }

    boolean isOpen() {
        return folder.isOpen();
    }

    /**
     * Waits until the server tells of something, this long at most; then the connection has been
     * proven to be alive, or is cut.
     */
    void idle(Duration most) throws MessagingException {
        CountDownLatch over = new CountDownLatch(1);
        Thread limit =
                Thread.ofVirtual().name("mailbox-idle-limit").start(() -> endIdle(over, most));
        try {
            folder.idle(true);
        } finally {
            over.countDown();
            limit.interrupt();
        }
    }

    private void endIdle(CountDownLatch over, Duration most) {
        try {
            if (over.await(most.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
            Thread.ofVirtual().name("mailbox-idle-end").start(this::noop);
            if (!over.await(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                lifeline.cut();
            }
        } catch (InterruptedException e) {
            // It is over.
            Thread.currentThread().interrupt();
        }
    }

    /** Any other command ends the IDLE. */
    private void noop() {
        try {
            folder.doCommand(
                    protocol -> {
                        protocol.simpleCommand("NOOP", null);
                        return "";
                    });
        } catch (MessagingException e) {
            lifeline.cut();
        }
    }

    /** Ends it from another thread, at once. */
    void cut() {
        lifeline.cut();
    }

    @Override
    public void close() {
        try {
            if (folder.isOpen()) {
                folder.close(false);
            }
            store.close();
        } catch (MessagingException e) {
            // It goes the hard way.
            lifeline.cut();
        }
        lifeline.cut();
    }
}
