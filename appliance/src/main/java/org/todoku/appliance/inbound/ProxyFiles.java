package org.todoku.appliance.inbound;

import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Part;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.ParseException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;
import org.todoku.appliance.message.Attachment;
import org.todoku.appliance.message.AttachmentType;
import org.todoku.appliance.message.Attachments;

/**
 * The files of a mail that is to be sent on: pictures and PDFs within the limits of the page, in
 * their order; what is left out is named, with the reason. Reads bytes from strangers: whatever
 * they are, nothing is thrown for them.
 *
 * @param kept what goes on
 * @param left what does not
 */
record ProxyFiles(List<Attachment> kept, List<Left> left) {
    static final ProxyFiles NONE = new ProxyFiles(List.of(), List.of());

    private static final int MAX_DEPTH = 8;

    /** What a mail names beyond these is not even named. */
    private static final int MOST_LEFT = 20;

    private static final String FIELD = "\t";

    ProxyFiles {
        kept = List.copyOf(kept);
        left = List.copyOf(left);
    }

    /** Why a file is left out. */
    enum Why {
        TYPE("proxyFile.type"),
        SIZE("proxyFile.size"),
        COUNT("proxyFile.count");

        private final String key;

        Why(String key) {
            this.key = key;
        }

        String key() {
            return key;
        }
    }

    /** A file that does not go on. */
    record Left(String name, Why why) {}

    /**
     * Keeps what may go on; comes back when that is durable, so it is called in no transaction.
     *
     * @throws org.todoku.appliance.kernel.FaultException when the storage does not take it now
     */
    static ProxyFiles keep(byte[] raw, Attachments attachments) {
        List<Attachment> kept = new ArrayList<>();
        List<Left> left = new ArrayList<>();
        long room = Attachment.MAX_BYTES;
        for (Named file : read(raw)) {
            Optional<Why> why = whyNot(file.content, kept.size(), room);
            if (why.isEmpty()) {
                kept.add(attachments.keep(file.name, file.content));
                room -= file.content.length;
            } else if (left.size() < MOST_LEFT) {
                left.add(new Left(file.name, why.get()));
            }
        }
        return new ProxyFiles(kept, left);
    }

    private static Optional<Why> whyNot(byte[] content, int before, long room) {
        if (AttachmentType.of(content).isEmpty()) {
            return Optional.of(Why.TYPE);
        }
        if (content.length > room) {
            return Optional.of(Why.SIZE);
        }
        return before < Attachment.MAX_COUNT ? Optional.empty() : Optional.of(Why.COUNT);
    }

    /** What is kept, as one text for a draft. */
    String stored() {
        return kept.stream()
                .map(
                        file ->
                                String.join(
                                        FIELD,
                                        file.sha256(),
                                        file.type().media(),
                                        Long.toString(file.bytes()),
                                        file.name()))
                .collect(Collectors.joining("\n"));
    }

    /** The same back. */
    static ProxyFiles stored(String text) {
        List<Attachment> kept =
                text.lines()
                        .map(line -> line.split(FIELD, 4))
                        .map(
                                parts ->
                                        new Attachment(
                                                parts[3],
                                                AttachmentType.named(parts[1]).orElseThrow(),
                                                Long.parseLong(parts[2]),
                                                parts[0]))
                        .toList();
        return new ProxyFiles(kept, List.of());
    }

    // Never compared.
    @SuppressWarnings("ArrayRecordComponent")
    private record Named(String name, byte[] content) {}

    private static List<Named> read(byte[] raw) {
        List<Named> found = new ArrayList<>();
        try {
            MimeMessage mail =
                    new MimeMessage(
                            Session.getInstance(new Properties()), new ByteArrayInputStream(raw));
            collect(mail, found, 0);
        } catch (MessagingException | IOException | IllegalArgumentException e) {
            // What can be read of it is sent on, as its text is.
            return found;
        }
        return found;
    }

    private static void collect(Part part, List<Named> found, int depth)
            throws MessagingException, IOException {
        if (part.isMimeType("multipart/*")) {
            if (depth < MAX_DEPTH && part.getContent() instanceof Multipart parts) {
                for (int i = 0; i < parts.getCount(); i++) {
                    collect(parts.getBodyPart(i), found, depth + 1);
                }
            }
            return;
        }
        String name = name(part);
        boolean attached = Part.ATTACHMENT.equalsIgnoreCase(part.getDisposition());
        if (part.isMimeType("text/*") && !attached && name.isEmpty()) {
            return;
        }
        try (InputStream in = part.getInputStream()) {
            // One more, so that what is too large is seen to be.
            byte[] content = in.readNBytes((int) Attachment.MAX_BYTES + 1);
            found.add(new Named(name.isEmpty() ? unnamed(content, found.size()) : name, content));
        }
    }

    private static String name(Part part) throws MessagingException {
        try {
            String name = part.getFileName();
            return name == null
                    ? ""
                    : LyingCharsets.header(name, CarrierEmoji.Carrier.UNKNOWN).strip();
        } catch (ParseException e) {
            return "";
        }
    }

    private static String unnamed(byte[] content, int before) {
        String kind =
                AttachmentType.of(content)
                        .map(type -> "." + type.name().toLowerCase(Locale.ROOT))
                        .orElse("");
        return "file" + (before + 1) + kind;
    }
}
