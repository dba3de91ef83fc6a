package org.todoku.appliance.delivery;

import jakarta.activation.DataHandler;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.internet.MimePart;
import jakarta.mail.util.ByteArrayDataSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.kernel.Language;
import org.todoku.appliance.kernel.Texts;
import org.todoku.appliance.message.Attachment;

/**
 * Puts text and files into a mail. Files travel with it while they are small together; larger ones,
 * and those that cannot be had at the moment, are named in the text: the page behind the link shows
 * them. A message never waits for its files.
 */
final class MailFiles {
    private static final Logger LOG = LoggerFactory.getLogger(MailFiles.class);

    /** au takes 3 MB in all (FIELD-NOTES), and base64 adds a third. */
    private static final long MAX_IN_MAIL = 2L << 20;

    private static final Texts TEXTS = Texts.of(MailFiles.class);

    private final Function<Attachment, Optional<byte[]>> content;
    private final Language language;

    // Never compared.
    @SuppressWarnings("ArrayRecordComponent")
    record MailFile(Attachment attachment, byte[] content) {}

    MailFiles(Function<Attachment, Optional<byte[]>> content, Language language) {
        this.content = content;
        this.language = language;
    }

    /**
     * What goes into the mail.
     *
     * @param complete false when a file could not be had now, and may be had later
     * @param note a line about files that are only on the page, or empty
     */
    record Enclosed(List<MailFile> files, boolean complete, String note) {}

    Enclosed enclose(List<Attachment> attachments) {
        boolean small = attachments.stream().mapToLong(Attachment::bytes).sum() <= MAX_IN_MAIL;
        List<MailFile> files = small ? files(attachments) : List.of();
        boolean named = files.isEmpty() && !attachments.isEmpty();
        String note =
                named ? TEXTS.text(language, "mail.files", attachments.size()) + "\r\n\r\n" : "";
        return new Enclosed(files, !named || !small, note);
    }

    /** A body that is one mark, or two as HTML too, in a part of its own where there are files. */
    static void fill(MimeMessage mail, Enclosed enclosed, Marks marks) throws MessagingException {
        if (enclosed.files().isEmpty()) {
            words(mail, marks);
            return;
        }
        MimeMultipart parts = new MimeMultipart("mixed");
        MimeBodyPart words = new MimeBodyPart();
        words(words, marks);
        parts.addBodyPart(words);
        for (MailFile file : enclosed.files()) {
            MimeBodyPart part = new MimeBodyPart();
            String media = file.attachment().type().media();
            part.setDataHandler(new DataHandler(new ByteArrayDataSource(file.content(), media)));
            part.setFileName(file.attachment().name());
            part.setHeader("Content-Transfer-Encoding", "base64");
            parts.addBodyPart(part);
        }
        mail.setContent(parts);
    }

    /**
     * What stands for the words.
     *
     * @param charset as MIME names it
     * @param html empty where there is none
     */
    record Marks(String charset, String text, String html) {}

    private static void words(MimePart part, Marks marks) throws MessagingException {
        if (marks.html().isEmpty()) {
            text(part, marks.text(), marks.charset(), "plain");
            return;
        }
        // The best last (RFC 2046 section 5.1.4).
        MimeMultipart both = new MimeMultipart("alternative");
        MimeBodyPart plain = new MimeBodyPart();
        text(plain, marks.text(), marks.charset(), "plain");
        both.addBodyPart(plain);
        MimeBodyPart html = new MimeBodyPart();
        text(html, marks.html(), marks.charset(), "html");
        both.addBodyPart(html);
        part.setContent(both);
    }

    private static void text(MimePart part, String mark, String charset, String kind)
            throws MessagingException {
        part.setText(mark, charset, kind);
        part.setHeader("Content-Transfer-Encoding", "7bit");
    }

    /** All of them, or none. */
    private List<MailFile> files(List<Attachment> attachments) {
        List<MailFile> files = new ArrayList<>();
        for (Attachment attachment : attachments) {
            Optional<byte[]> found = Optional.empty();
            try {
                found = content.apply(attachment);
            } catch (FaultException e) {
                LOG.warn("{} is not in the mail: {}", attachment.name(), e.getMessage());
            }
            if (found.isEmpty()) {
                return List.of();
            }
            files.add(new MailFile(attachment, found.get()));
        }
        return files;
    }
}
