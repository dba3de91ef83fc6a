package org.todoku.packaging;

import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import org.subethamail.smtp.MessageContext;
import org.subethamail.smtp.MessageHandler;
import org.subethamail.smtp.server.SMTPServer;

/**
 * A real SMTP server on loopback that keeps what it takes. (GreenMail refuses the empty return path
 * of automatic answers, which every real server takes.)
 */
final class MailServer implements AutoCloseable {
    private static final Session SESSION = Session.getInstance(new Properties());

    private final List<Mail> mails = Collections.synchronizedList(new ArrayList<>());
    private final SMTPServer server;

    private MailServer() {
        server =
                SMTPServer.port(0)
                        .bindAddress(InetAddress.getLoopbackAddress())
                        .messageHandlerFactory(Taking::new)
                        .build();
    }

    static MailServer start() {
        MailServer mailServer = new MailServer();
        mailServer.server.start();
        return mailServer;
    }

    /**
     * A mail for one recipient, by its envelope.
     *
     * @param id its Message-ID
     */
    record Mail(String to, String id, MimeMessage content) {
        String text() throws MessagingException, IOException {
            return String.valueOf(content.getContent());
        }
    }

    int port() {
        return server.getPortAllocated();
    }

    /** Everything taken so far, oldest first. */
    List<Mail> mails() {
        synchronized (mails) {
            return List.copyOf(mails);
        }
    }

    /** What one address got; quotes around its local part do not matter. */
    List<Mail> mailsTo(String address) {
        return mails().stream().filter(m -> m.to().replace("\"", "").equals(address)).toList();
    }

    @Override
    public void close() {
        server.stop();
    }

    private final class Taking implements MessageHandler {
        private final List<String> recipients = new ArrayList<>();

        Taking(MessageContext context) {}

        @Override
        public void from(String sender) {
            // The empty one too.
        }

        @Override
        public void recipient(String recipient) {
            recipients.add(recipient);
        }

        @Override
        public String data(InputStream data) throws IOException {
            byte[] raw = data.readAllBytes();
            try {
                for (String to : recipients) {
                    MimeMessage content = new MimeMessage(SESSION, new ByteArrayInputStream(raw));
                    String id = content.getMessageID();
                    mails.add(new Mail(to, id == null ? "" : id, content));
                }
            } catch (MessagingException e) {
                throw new IOException(e);
            }
            return "2.0.0 Ok";
        }

        @Override
        public void done() {
            // Nothing is open.
        }
    }
}
