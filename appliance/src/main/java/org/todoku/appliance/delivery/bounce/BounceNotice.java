package org.todoku.appliance.delivery.bounce;

import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Part;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetHeaders;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a notice of a mail that did not arrive says: by RFC 3464 where it is written so, else by the
 * words of its text. Reads bytes from strangers: nothing but a notice or none comes out.
 *
 * @param response the answer that it quotes, or what it says in its own words
 * @param stage {@code rcpt} or {@code data} where it tells, else empty
 * @param failed false when it is about a mail that waits or was delivered
 */
public record BounceNotice(String response, String stage, boolean failed) {
    private static final int MAX_PART = 100_000;
    private static final int MAX_DEPTH = 6;
    private static final int MAX_RESPONSE = 500;

    /** A reply of an SMTP server somewhere in a text. */
    private static final Pattern REPLY =
            Pattern.compile(
                    "(?m)\\b([45]\\d\\d)[ -](?:#?[45]\\.\\d{1,3}\\.\\d{1,3}[ :]?)?\\s*\\S[^\\r\\n]*");

    private static final Pattern SAID_AFTER_DATA =
            Pattern.compile(
                    "(?i)end of (?:data|message)|(?:reply to|in response to).{0,20}data|終了");

    private static final Pattern SAID_AT_RCPT = Pattern.compile("(?i)rcpt to");

    /** Reads it; empty when it says nothing of a mail's fate. */
    public static Optional<BounceNotice> read(byte[] raw) {
        try {
            MimeMessage mail =
                    new MimeMessage(
                            Session.getInstance(new Properties()), new ByteArrayInputStream(raw));
            StringBuilder text = new StringBuilder();
            Optional<BounceNotice> formal = formal(mail, text, 0);
            return formal.isPresent() ? formal : informal(text.toString());
        } catch (MessagingException | IOException e) {
            // Whatever it is, it is no notice that we can read; the mail itself is kept.
            return Optional.empty();
        }
    }

    private static Optional<BounceNotice> formal(Part part, StringBuilder text, int depth)
            throws MessagingException, IOException {
        if (depth > MAX_DEPTH) {
            return Optional.empty();
        }
        String type = String.valueOf(part.getContentType()).toLowerCase(Locale.ROOT);
        if (type.startsWith("message/delivery-status")
                || type.startsWith("message/global-delivery-status")) {
            return status(bytes(part), text.toString());
        }
        if (type.startsWith("multipart/") && part.getContent() instanceof Multipart parts) {
            for (int i = 0; i < parts.getCount(); i++) {
                Optional<BounceNotice> found = formal(parts.getBodyPart(i), text, depth + 1);
                if (found.isPresent()) {
                    return found;
                }
            }
        } else if (type.startsWith("text/plain")) {
            text.append(new String(bytes(part), charset(type))).append('\n');
        }
        return Optional.empty();
    }

    /** The groups of fields: the first is about the mail, the others about a recipient each. */
    private static Optional<BounceNotice> status(byte[] content, String text)
            throws MessagingException, IOException {
        try (InputStream in = new ByteArrayInputStream(content)) {
            while (in.available() > 0) {
                InternetHeaders group = new InternetHeaders(in);
                String action = field(group, "Action").toLowerCase(Locale.ROOT);
                String status = field(group, "Status");
                if (action.isEmpty() && status.isEmpty()) {
                    continue;
                }
                String diagnostic =
                        field(group, "Diagnostic-Code").replaceFirst("^[\\w-]+\\s*;\\s*", "");
                boolean names = diagnostic.contains(status);
                String response =
                        diagnostic.isEmpty()
                                ? status + " " + reply(text).orElse("")
                                : names ? diagnostic : diagnostic + " (" + status + ")";
                boolean failed =
                        action.isEmpty() ? status.startsWith("5") : action.startsWith("fail");
                return Optional.of(new BounceNotice(cut(response), stage(text), failed));
            }
        }
        return Optional.empty();
    }

    private static Optional<BounceNotice> informal(String text) {
        return reply(text)
                .map(reply -> new BounceNotice(cut(reply), stage(text), reply.startsWith("5")))
                .or(
                        () -> {
                            Reason reason = Refusals.judge("", "", text);
                            return reason == Reason.OTHER || reason == Reason.DELAYED
                                    ? Optional.empty()
                                    : Optional.of(new BounceNotice(cut(text), stage(text), true));
                        });
    }

    private static Optional<String> reply(String text) {
        Matcher reply = REPLY.matcher(text);
        return reply.find() ? Optional.of(reply.group().strip()) : Optional.empty();
    }

    private static String stage(String text) {
        if (SAID_AFTER_DATA.matcher(text).find()) {
            return "data";
        }
        return SAID_AT_RCPT.matcher(text).find() ? "rcpt" : "";
    }

    private static String field(InternetHeaders group, String name) {
        String value = group.getHeader(name, " ");
        return value == null ? "" : value.replaceAll("\\s+", " ").strip();
    }

    private static byte[] bytes(Part part) throws MessagingException, IOException {
        try (InputStream in = part.getInputStream()) {
            return in.readNBytes(MAX_PART);
        }
    }

    private static Charset charset(String type) {
        Matcher named = Pattern.compile("charset=\"?([\\w.:-]+)").matcher(type);
        try {
            if (named.find()) {
                String name = named.group(1);
                return Charset.forName(
                        name.equals("iso-2022-jp")
                                ? "x-windows-iso2022jp"
                                : name.contains("jis") ? "windows-31j" : name);
            }
        } catch (IllegalArgumentException e) {
            // A label that means nothing.
            return StandardCharsets.UTF_8;
        }
        return StandardCharsets.UTF_8;
    }

    private static String cut(String text) {
        String one = text.replaceAll("\\s+", " ").strip();
        return one.length() <= MAX_RESPONSE ? one : one.substring(0, MAX_RESPONSE);
    }
}
