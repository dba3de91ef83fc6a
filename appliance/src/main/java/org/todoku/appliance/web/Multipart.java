package org.todoku.appliance.web;

import jakarta.mail.BodyPart;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.ContentDisposition;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.util.ByteArrayDataSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads {@code multipart/form-data} with the mail library, which has to parse multiparts anyway
 * (RFC 7578 takes the syntax from MIME). Bodies are bounded before they come here.
 */
final class Multipart {
    private static final int MAX_PARTS = 200;

    private Multipart() {}

    static Form parse(String contentType, byte[] body) {
        Map<String, List<String>> fields = new LinkedHashMap<>();
        Map<String, List<FormFile>> files = new LinkedHashMap<>();
        try {
            var multipart = new MimeMultipart(new ByteArrayDataSource(body, contentType));
            if (multipart.getCount() > MAX_PARTS) {
                throw Problem.badRequest("malformed-form", "The form has more than 200 parts.");
            }
            for (int i = 0; i < multipart.getCount(); i++) {
                add(multipart.getBodyPart(i), fields, files);
            }
        } catch (MessagingException | IOException e) {
            throw Problem.badRequest("malformed-form", "The multipart body cannot be read.");
        }
        return new Form(fields, files);
    }

    private static void add(
            BodyPart part, Map<String, List<String>> fields, Map<String, List<FormFile>> files)
            throws MessagingException, IOException {
        String[] dispositions = part.getHeader("Content-Disposition");
        if (dispositions == null) {
            return;
        }
        ContentDisposition disposition = new ContentDisposition(dispositions[0]);
        String raw = disposition.getParameter("name");
        if (raw == null) {
            return;
        }
        String name = utf8(raw);
        byte[] content;
        try (InputStream in = part.getInputStream()) {
            content = in.readAllBytes();
        }
        String file = disposition.getParameter("filename");
        if (file != null) {
            files.computeIfAbsent(name, n -> new ArrayList<>())
                    .add(new FormFile(utf8(file), content));
        } else {
            fields.computeIfAbsent(name, n -> new ArrayList<>())
                    .add(new String(content, StandardCharsets.UTF_8));
        }
    }

    /** Browsers write names in UTF-8 as they are (WHATWG); the library reads bytes as letters. */
    private static String utf8(String name) {
        return name.codePoints().allMatch(c -> c < 256)
                ? new String(name.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8)
                : name;
    }
}
