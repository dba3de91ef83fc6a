package org.todoku.appliance.inbound;

import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Part;
import jakarta.mail.Session;
import jakarta.mail.internet.ContentType;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeUtility;
import jakarta.mail.internet.ParseException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UnsupportedEncodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Pattern;
import org.todoku.appliance.kernel.EmailAddress;

/**
 * What matters of a mail that came in, read leniently: wrong labels and broken parts never throw.
 *
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
        String subject,
        String text,
        boolean machine,
        int hops) {
    private static final int MAX_DEPTH = 8;
    private static final int MAX_TEXT = 200_000;
    private static final Pattern SHIFT_JIS_WORD =
            Pattern.compile("=\\?(shift_jis|x-sjis|sjis|cp932)\\?", Pattern.CASE_INSENSITIVE);
    private static final Pattern JIS_WORD =
            Pattern.compile("=\\?iso-2022-jp\\?", Pattern.CASE_INSENSITIVE);

    static ReceivedMail read(byte[] raw) {
        try {
            MimeMessage mail =
                    new MimeMessage(
                            Session.getInstance(new Properties()), new ByteArrayInputStream(raw));
            String from = header(mail, "From");
            return new ReceivedMail(
                    address(from),
                    displayName(from),
                    Optional.ofNullable(mail.getHeader("Message-ID", " "))
                            .map(String::strip)
                            .filter(id -> !id.isEmpty()),
                    references(mail),
                    header(mail, "Subject"),
                    text(mail, 0).orElse(""),
                    machine(mail),
                    Optional.ofNullable(mail.getHeader("Received"))
                            .map(lines -> lines.length)
                            .orElse(0));
        } catch (MessagingException e) {
            return new ReceivedMail(Optional.empty(), "", Optional.empty(), "", "", "", true, 0);
        }
    }

    private static String references(MimeMessage mail) throws MessagingException {
        return header(mail, "References") + " " + header(mail, "In-Reply-To");
    }

    private static boolean machine(MimeMessage mail) throws MessagingException {
        String auto = header(mail, "Auto-Submitted").toLowerCase(Locale.ROOT);
        String precedence = header(mail, "Precedence").toLowerCase(Locale.ROOT);
        boolean list =
                mail.getHeader("List-Id") != null
                        || mail.getHeader("List-Unsubscribe") != null
                        || mail.getHeader("List-Post") != null;
        return list
                || (!auto.isEmpty() && !auto.startsWith("no"))
                || precedence.matches("bulk|junk|list")
                || mail.getHeader("X-Auto-Response-Suppress") != null;
    }

    /** A header decoded with the Microsoft variants, which hold ① and ㈱; labels rarely say so. */
    private static String header(MimeMessage mail, String name) throws MessagingException {
        String raw = mail.getHeader(name, ", ");
        if (raw == null) {
            return "";
        }
        String unfolded = MimeUtility.unfold(raw);
        if (unfolded.indexOf('\u001b') >= 0) {
            return new String(
                            unfolded.getBytes(StandardCharsets.ISO_8859_1), charset("iso-2022-jp"))
                    .strip();
        }
        String relabelled = JIS_WORD.matcher(unfolded).replaceAll("=?x-windows-50221?");
        relabelled = SHIFT_JIS_WORD.matcher(relabelled).replaceAll("=?windows-31j?");
        try {
            return MimeUtility.decodeText(relabelled).strip();
        } catch (UnsupportedEncodingException e) {
            return unfolded.strip();
        }
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

    private static Optional<String> text(Part part, int depth) {
        try {
            if (part.isMimeType("multipart/*")
                    && depth < MAX_DEPTH
                    && part.getContent() instanceof Multipart parts) {
                Optional<String> found = Optional.empty();
                for (int i = 0; i < parts.getCount() && found.isEmpty(); i++) {
                    found = text(parts.getBodyPart(i), depth + 1);
                }
                return found;
            }
            boolean attached = Part.ATTACHMENT.equalsIgnoreCase(part.getDisposition());
            if (attached || !part.isMimeType("text/*")) {
                return Optional.empty();
            }
            String text = decoded(part);
            return Optional.of(part.isMimeType("text/html") ? withoutTags(text) : text);
        } catch (MessagingException | IOException | IllegalArgumentException broken) {
            return Optional.empty();
        }
    }

    private static String decoded(Part part) throws MessagingException, IOException {
        String label = "";
        try {
            String parameter = new ContentType(part.getContentType()).getParameter("charset");
            label = parameter == null ? "" : parameter;
        } catch (ParseException e) {
            // An unreadable label is no label.
        }
        try (InputStream in = part.getInputStream()) {
            return new String(in.readNBytes(MAX_TEXT), charset(label));
        }
    }

    private static Charset charset(String label) {
        String name =
                switch (label.toLowerCase(Locale.ROOT)) {
                    case "iso-2022-jp" -> "x-windows-50221";
                    case "shift_jis", "x-sjis", "sjis", "cp932", "ms_kanji" -> "windows-31j";
                    case "", "us-ascii" -> "UTF-8";
                    default -> label;
                };
        try {
            return Charset.forName(name);
        } catch (IllegalArgumentException unknown) {
            return StandardCharsets.UTF_8;
        }
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
