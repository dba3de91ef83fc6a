package org.todoku.appliance.inbound;

import jakarta.mail.Header;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Part;
import jakarta.mail.Session;
import jakarta.mail.internet.ContentType;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeUtility;
import jakarta.mail.internet.ParseException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collections;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Pattern;
import org.todoku.appliance.inbound.CarrierEmoji.Carrier;
import org.todoku.appliance.kernel.EmailAddress;

/**
 * What matters of a mail that came in, read leniently: wrong labels and broken parts never throw.
 *
 * @param date as it stands there
 * @param machine true when it must not be answered by RFC 3834
 * @param references the Message-IDs that it answers, the nearest last
 * @param hops how many Received lines it carries
 * @param text the first text part, decoded; HTML with its tags taken out
 */
record ReceivedMail(
        Optional<EmailAddress> from,
        String displayName,
        Optional<String> mailId,
        String references,
        String date,
        String subject,
        String text,
        boolean machine,
        int hops) {
    private static final int MAX_DEPTH = 8;
    private static final int MAX_TEXT = 200_000;
    private static final Pattern REPORT = Pattern.compile("(?i)^multipart/report\\b");

    /** Who is there is no person (RFC 3834 section 2). */
    private static final Pattern ROBOT =
            Pattern.compile(
                    "(?i)mailer-daemon|postmaster|(do-?)?no-?t?-?reply|owner-.*|.*-(request|owner|bounces?)");

    static ReceivedMail read(byte[] raw) {
        try {
            MimeMessage mail =
                    new MimeMessage(
                            Session.getInstance(new Properties()), new ByteArrayInputStream(raw));
            // Its address tells whose pictograms these are.
            Carrier carrier =
                    address(header(mail, "From", Carrier.UNKNOWN))
                            .map(from -> Carrier.of(from.domain()))
                            .orElse(Carrier.UNKNOWN);
            String from = header(mail, "From", carrier);
            return new ReceivedMail(
                    address(from),
                    displayName(from),
                    Optional.ofNullable(mail.getHeader("Message-ID", " "))
                            .map(String::strip)
                            .filter(id -> !id.isEmpty()),
                    references(mail),
                    header(mail, "Date"),
                    header(mail, "Subject", carrier),
                    text(mail, carrier, 0).orElse(""),
                    machine(mail),
                    Optional.ofNullable(mail.getHeader("Received"))
                            .map(lines -> lines.length)
                            .orElse(0));
        } catch (MessagingException e) {
            return new ReceivedMail(
                    Optional.empty(), "", Optional.empty(), "", "", "", "", true, 0);
        }
    }

    private static String references(MimeMessage mail) throws MessagingException {
        return header(mail, "References") + " " + header(mail, "In-Reply-To");
    }

    private static boolean machine(MimeMessage mail) throws MessagingException {
        String auto = header(mail, "Auto-Submitted").toLowerCase(Locale.ROOT);
        String precedence = header(mail, "Precedence").toLowerCase(Locale.ROOT);
        return isOfList(mail)
                || REPORT.matcher(header(mail, "Content-Type")).find()
                || ROBOT.matcher(address(header(mail, "From")).map(EmailAddress::local).orElse(""))
                        .matches()
                || (!auto.isEmpty() && !auto.startsWith("no"))
                || precedence.matches("bulk|junk|list")
                || mail.getHeader("X-Auto-Response-Suppress") != null;
    }

    /** Any of RFC 2369 and RFC 2919. */
    private static boolean isOfList(MimeMessage mail) throws MessagingException {
        for (Header header : Collections.list(mail.getAllHeaders())) {
            if (header.getName().regionMatches(true, 0, "List-", 0, 5)) {
                return true;
            }
        }
        return mail.getHeader("X-ML-Name") != null || mail.getHeader("Mailing-List") != null;
    }

    private static String header(MimeMessage mail, String name) throws MessagingException {
        return header(mail, name, Carrier.UNKNOWN);
    }

    private static String header(MimeMessage mail, String name, Carrier carrier)
            throws MessagingException {
        String raw = mail.getHeader(name, ", ");
        return raw == null ? "" : LyingCharsets.header(MimeUtility.unfold(raw), carrier).strip();
    }

    private static Optional<EmailAddress> address(String from) {
        int open = from.lastIndexOf('<');
        int close = from.lastIndexOf('>');
        return EmailAddress.parse(
                open >= 0 && close > open ? from.substring(open + 1, close) : from);
    }

    private static String displayName(String from) {
        int open = from.lastIndexOf('<');
        if (open <= 0) {
            return "";
        }
        try {
            String name = new InternetAddress(from, false).getPersonal();
            return name == null ? "" : name;
        } catch (MessagingException e) {
            return from.substring(0, open).replace("\"", "").strip();
        }
    }

    private static Optional<String> text(Part part, Carrier carrier, int depth) {
        try {
            if (part.isMimeType("multipart/*")
                    && depth < MAX_DEPTH
                    && part.getContent() instanceof Multipart parts) {
                Optional<String> found = Optional.empty();
                for (int i = 0; i < parts.getCount() && found.isEmpty(); i++) {
                    found = text(parts.getBodyPart(i), carrier, depth + 1);
                }
                return found;
            }
            boolean attached = Part.ATTACHMENT.equalsIgnoreCase(part.getDisposition());
            if (attached || !part.isMimeType("text/*")) {
                return Optional.empty();
            }
            String text = decoded(part, carrier);
            return Optional.of(part.isMimeType("text/html") ? withoutTags(text) : text);
        } catch (MessagingException | IOException | IllegalArgumentException broken) {
            return Optional.empty();
        }
    }

    private static String decoded(Part part, Carrier carrier)
            throws MessagingException, IOException {
        String label = "";
        try {
            String parameter = new ContentType(part.getContentType()).getParameter("charset");
            label = parameter == null ? "" : parameter;
        } catch (ParseException e) {
            // An unreadable label is no label.
        }
        return LyingCharsets.decode(bytes(part), label, carrier);
    }

    /** What breaks its own encoding is read as far as it goes: it is not empty for that. */
    private static byte[] bytes(Part part) throws MessagingException, IOException {
        try (InputStream in = part.getInputStream()) {
            return in.readNBytes(MAX_TEXT);
        } catch (IOException broken) {
            try (InputStream in = raw(part)) {
                String coded =
                        new String(in.readNBytes(MAX_TEXT), StandardCharsets.ISO_8859_1)
                                .replaceAll("[^A-Za-z0-9+/]", "");
                int whole = coded.length() / 4 * 4;
                return Base64.getDecoder().decode(coded.substring(0, whole));
            }
        }
    }

    private static InputStream raw(Part part) throws MessagingException {
        return switch (part) {
            case MimeMessage mail -> mail.getRawInputStream();
            case MimeBodyPart body -> body.getRawInputStream();
            default -> InputStream.nullInputStream();
        };
    }

    private static String withoutTags(String html) {
        return html.replaceAll("(?is)<(style|script|head)\\b.*?</\\1>", "")
                .replaceAll("(?i)<br\\s*/?>|</p>|</div>", "\n")
                .replaceAll("<[^>]*>", "")
                .replace("&nbsp;", " ")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&amp;", "&");
    }
}
