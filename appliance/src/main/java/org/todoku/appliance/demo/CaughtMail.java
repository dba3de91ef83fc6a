package org.todoku.appliance.demo;

import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Part;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Properties;
import org.todoku.appliance.web.TextParts;

/** One mail that the demo's mail server was given, decoded for reading. */
public record CaughtMail(
        long number, Instant received, String from, String to, String subject, String text) {

    static CaughtMail decode(long number, Instant received, String to, byte[] raw) {
        try {
            MimeMessage mail =
                    new MimeMessage(
                            Session.getInstance(new Properties()), new ByteArrayInputStream(raw));
            return new CaughtMail(number, received, from(mail), to, subject(mail), text(mail));
        } catch (MessagingException | IOException e) {
            return new CaughtMail(number, received, "", to, "", "(" + e.getMessage() + ")");
        }
    }

    /** The text with its web addresses apart. */
    public List<TextParts.Part> parts() {
        return TextParts.of(text.replace("\r\n", "\n"));
    }

    private static String from(Message mail) throws MessagingException {
        return mail.getFrom() == null || mail.getFrom().length == 0
                ? ""
                : jakarta.mail.internet.InternetAddress.toUnicodeString(mail.getFrom());
    }

    private static String subject(Message mail) throws MessagingException {
        return mail.getSubject() == null ? "" : mail.getSubject();
    }

    private static String text(Part part) throws MessagingException, IOException {
        Object content = part.getContent();
        if (content instanceof String text) {
            return text;
        }
        if (content instanceof Multipart multipart && multipart.getCount() > 0) {
            return text(multipart.getBodyPart(0));
        }
        return "";
    }
}
