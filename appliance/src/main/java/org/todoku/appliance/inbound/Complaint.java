package org.todoku.appliance.inbound;

import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Part;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetHeaders;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A provider's word that someone called a mail of ours unwanted (ARF, RFC 5965). Reads bytes from
 * strangers: nothing but a complaint or none comes out, and it proves nothing by itself.
 *
 * @param kind the report's Feedback-Type: abuse, fraud, …
 * @param reporter the program or system that reports
 * @param paths addresses in the report and in the mail it is about that may be return paths of ours
 */
record Complaint(String kind, String reporter, List<String> paths) {
    private static final int MAX_PART = 100_000;
    private static final int MAX_DEPTH = 5;
    private static final int MOST_PATHS = 20;
    private static final Pattern ADDRESS = Pattern.compile("[\\w.+-]{1,64}@[\\w.-]{1,200}");

    static Optional<Complaint> read(byte[] raw) {
        try {
            MimeMessage mail =
                    new MimeMessage(
                            Session.getInstance(new Properties()), new ByteArrayInputStream(raw));
            String type = type(mail);
            if (!type.startsWith("multipart/report") || !type.contains("feedback-report")) {
                return Optional.empty();
            }
            Parts parts = new Parts();
            collect(mail, parts, 0);
            return parts.report.map(
                    report ->
                            new Complaint(
                                    word(report, "Feedback-Type"),
                                    word(report, "User-Agent"),
                                    List.copyOf(parts.paths)));
        } catch (MessagingException | IOException | IllegalArgumentException e) {
            // Whatever it is, it is no report that can be read; the mail itself is kept.
            return Optional.empty();
        }
    }

    private static final class Parts {
        Optional<InternetHeaders> report = Optional.empty();
        final List<String> paths = new ArrayList<>();
    }

    private static void collect(Part part, Parts found, int depth)
            throws MessagingException, IOException {
        String type = type(part);
        if (type.startsWith("multipart/")) {
            if (depth < MAX_DEPTH && part.getContent() instanceof Multipart parts) {
                for (int i = 0; i < parts.getCount(); i++) {
                    collect(parts.getBodyPart(i), found, depth + 1);
                }
            }
        } else if (type.startsWith("message/feedback-report")) {
            InternetHeaders report = headers(part);
            found.report = Optional.of(report);
            paths(report, "Original-Mail-From", found.paths);
        } else if (type.startsWith("message/rfc822") || type.startsWith("text/rfc822-headers")) {
            InternetHeaders about = headers(part);
            for (String name : List.of("Return-Path", "X-Original-Return-Path", "Reply-To")) {
                paths(about, name, found.paths);
            }
        }
    }

    private static InternetHeaders headers(Part part) throws MessagingException, IOException {
        try (InputStream in = part.getInputStream()) {
            byte[] bytes = in.readNBytes(MAX_PART);
            return new InternetHeaders(new ByteArrayInputStream(bytes));
        }
    }

    private static void paths(InternetHeaders headers, String name, List<String> found) {
        String all = headers.getHeader(name, " ");
        if (all != null) {
            Matcher matcher = ADDRESS.matcher(all.substring(0, Math.min(all.length(), 4000)));
            while (matcher.find() && found.size() < MOST_PATHS) {
                found.add(matcher.group());
            }
        }
    }

    private static String word(InternetHeaders headers, String name) {
        String value = headers.getHeader(name, " ");
        String plain = value == null ? "" : value.replaceAll("[^\\x20-\\x7e]+", " ").strip();
        return plain.length() <= 100 ? plain : plain.substring(0, 100);
    }

    private static String type(Part part) throws MessagingException {
        return String.valueOf(part.getContentType()).toLowerCase(Locale.ROOT);
    }
}
