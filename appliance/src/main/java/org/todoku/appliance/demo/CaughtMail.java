package org.todoku.appliance.demo;

import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Part;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeUtility;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import org.todoku.appliance.web.TextParts;

/** One mail that the demo's mail server was given, decoded for reading. */
public record CaughtMail(
        long number,
        Instant received,
        String from,
        String to,
        String subject,
        String text,
        List<CaughtFile> files) {

    /** An attachment: its name, its size and the SHA-256 of its content, in hexadecimal. */
    public record CaughtFile(String name, int bytes, String sha256) {}

    static CaughtMail decode(long number, Instant received, String to, byte[] raw) {
        try {
            MimeMessage mail =
                    new MimeMessage(
                            Session.getInstance(new Properties()), new ByteArrayInputStream(raw));
            return new CaughtMail(
                    number, received, from(mail), to, subject(mail), text(mail), files(mail));
        } catch (MessagingException | IOException e) {
            return new CaughtMail(
                    number, received, "", to, "", "(" + e.getMessage() + ")", List.of());
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

    private static List<CaughtFile> files(Part mail) throws MessagingException, IOException {
        List<CaughtFile> files = new ArrayList<>();
        if (mail.getContent() instanceof Multipart multipart) {
            for (int i = 1; i < multipart.getCount(); i++) {
                Part part = multipart.getBodyPart(i);
                byte[] content = part.getInputStream().readAllBytes();
                String name = part.getFileName() == null ? "" : part.getFileName();
                files.add(
                        new CaughtFile(
                                MimeUtility.decodeText(name), content.length, sha256(content)));
            }
        }
        return files;
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
