package org.todoku.appliance.demo;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.subethamail.smtp.MessageContext;
import org.subethamail.smtp.MessageHandler;
import org.subethamail.smtp.RejectException;
import org.subethamail.smtp.server.SMTPServer;

/**
 * A mail server on loopback that takes every mail and lets people read it, so that the demo sends
 * for real and nothing leaves the machine. Addresses that begin with {@code gone.} are refused, and
 * those with {@code busy.} are put off once, as real mailboxes do. Thread-safe.
 */
public final class MailCatcher {
    private static final int KEEP = 2_000;
    private static final int MAX_SIZE = 4 * 1024 * 1024;

    private final InstantSource clock;
    private final SMTPServer server;
    private final Deque<CaughtMail> newestFirst = new ArrayDeque<>();
    private final Set<String> putOff = new HashSet<>();
    private long count;

    public MailCatcher(InstantSource clock) {
        this.clock = clock;
        this.server =
                SMTPServer.port(0)
                        .bindAddress(InetAddress.getLoopbackAddress())
                        .maxMessageSize(MAX_SIZE)
                        .messageHandlerFactory(Taking::new)
                        .build();
    }

    /** Listens on a free port. */
    public void start() {
        server.start();
    }

    /** Stops listening. */
    public void stop() {
        server.stop();
    }

    /** The port it listens on. */
    public int port() {
        return server.getPortAllocated();
    }

    /** What it keeps, newest first. */
    public synchronized List<CaughtMail> newest(int limit) {
        return newestFirst.stream().limit(limit).toList();
    }

    /** One mail. */
    public synchronized Optional<CaughtMail> find(long number) {
        return newestFirst.stream().filter(mail -> mail.number() == number).findFirst();
    }

    private synchronized void keep(String to, byte[] raw) {
        count++;
        newestFirst.addFirst(CaughtMail.decode(count, clock.instant(), to, raw));
        if (newestFirst.size() > KEEP) {
            newestFirst.removeLast();
        }
    }

    private synchronized boolean isFirstTry(String to) {
        return putOff.add(to);
    }

    /** One SMTP transaction. */
    private final class Taking implements MessageHandler {
        private final List<String> recipients = new ArrayList<>();

        Taking(MessageContext context) {}

        @Override
        public void from(String sender) {
            // Every sender is welcome.
        }

        @Override
        public void recipient(String to) throws RejectException {
            if (to.startsWith("gone.")) {
                throw new RejectException(550, "5.1.1 User unknown");
            }
            if (to.startsWith("busy.") && isFirstTry(to)) {
                throw new RejectException(451, "4.7.1 Please try again later");
            }
            recipients.add(to);
        }

        @Override
        public String data(InputStream data) throws IOException {
            byte[] raw = data.readAllBytes();
            recipients.forEach(to -> keep(to, raw));
            return "2.0.0 Ok";
        }

        @Override
        public void done() {
            // Nothing is open.
        }
    }
}
