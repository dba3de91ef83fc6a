package org.todoku.appliance.message;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** The kinds of files that may be attached: what every phone shows without another program. */
public enum AttachmentType {
    JPEG("image/jpeg"),
    PNG("image/png"),
    GIF("image/gif"),
    WEBP("image/webp"),
    PDF("application/pdf");

    private final String media;

    AttachmentType(String media) {
        this.media = media;
    }

    /** The media type, as in {@code image/png}. */
    public String media() {
        return media;
    }

    /** Whether a page can show it in its place. */
    public boolean image() {
        return media.startsWith("image/");
    }

    /** The type of this media type. */
    public static Optional<AttachmentType> named(String media) {
        return Arrays.stream(values()).filter(type -> type.media.equals(media)).findFirst();
    }

    /** What the first bytes say; a name or a sender's word counts for nothing. */
    public static Optional<AttachmentType> of(byte[] content) {
        int length = Math.min(content.length, 12);
        String head = new String(content, 0, length, StandardCharsets.ISO_8859_1);
        if (head.startsWith("\u00ff\u00d8\u00ff")) {
            return Optional.of(JPEG);
        }
        if (head.startsWith("\u0089PNG\r\n\u001a\n")) {
            return Optional.of(PNG);
        }
        if (head.startsWith("GIF87a") || head.startsWith("GIF89a")) {
            return Optional.of(GIF);
        }
        if (head.startsWith("RIFF") && head.endsWith("WEBP")) {
            return Optional.of(WEBP);
        }
        return head.startsWith("%PDF-") ? Optional.of(PDF) : Optional.empty();
    }
}
