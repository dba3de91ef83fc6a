package org.todoku.appliance.delivery;

import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeUtility;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Date;
import java.util.Properties;
import org.todoku.appliance.kernel.EmailAddress;

/**
 * Plain mails to people while there is no server: over one connection to one relay, one after the
 * other, each with its outcome. Not thread-safe.
 */
public final class NoticeMail implements AutoCloseable {
    private final RelayConnection connection;
    private final EmailAddress from;
    private final String name;
    private final Session session;

    /**
     * What became of one mail.
     *
     * @param outcome handed over, refused, deferred (certainly not sent, may be tried later) or in
     *     doubt
     * @param stage of the SMTP dialogue that decided: connect, mail, rcpt, data
     * @param response what the relay said
     */
    public record Sent(Outcome outcome, String stage, String response) {}

    /**
     * @param from whose mails these are, in the envelope too
     * @param name of the sender, as people see it
     */
    public NoticeMail(Relay relay, EmailAddress from, String name) {
        String domain = from.domain();
        this.connection = new RelayConnection(relay, domain);
        this.from = from;
        this.name = name;
        Properties properties = new Properties();
        properties.setProperty("mail.from", from.smtp());
        this.session = Session.getInstance(properties);
    }

    /** Sends one; never throws for anything the relay does. */
    public Sent send(EmailAddress to, String mailId, String subject, String text) {
        SendResult result = connection.send(from.smtp(), to, write(to, mailId, subject, text));
        Outcome outcome =
                switch (result) {
                    case SendResult.Accepted accepted -> Outcome.HANDED_OVER;
                    case SendResult.Permanent refused -> Outcome.REFUSED;
                    case SendResult.Temporary temporary -> Outcome.DEFERRED;
                    case SendResult.Unsent unsent -> Outcome.DEFERRED;
                    case SendResult.Unknown unknown -> Outcome.IN_DOUBT;
                };
        return new Sent(outcome, result.stage(), result.response());
    }

    private byte[] write(EmailAddress to, String mailId, String subject, String text) {
        try {
            MimeMessage mail = new MimeMessage(session);
            mail.setFrom(new InternetAddress(from.smtp(), name, "UTF-8"));
            // As text: the address classes of Jakarta Mail may refuse what docomo gave out.
            mail.setHeader("To", to.smtp());
            mail.setHeader(
                    "Subject", MimeUtility.fold(9, MimeUtility.encodeText(subject, "UTF-8", "B")));
            mail.setSentDate(Date.from(Instant.now()));
            mail.setText(text.replace("\n", "\r\n"), "UTF-8");
            mail.setHeader("Content-Transfer-Encoding", "base64");
            mail.setHeader("Auto-Submitted", "auto-generated");
            mail.saveChanges();
            mail.setHeader("Message-ID", mailId);
            ByteArrayOutputStream out = new ByteArrayOutputStream(4096);
            mail.writeTo(out);
            return out.toByteArray();
        } catch (MessagingException e) {
            throw new IllegalStateException("cannot write the mail " + mailId, e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        connection.close();
    }
}
