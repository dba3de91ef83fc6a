package org.todoku.appliance.message;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.todoku.appliance.audience.Audience;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;

/**
 * What someone wants to send.
 *
 * @param sendAt not before this; at once when empty
 * @param sendNotAfter what is not sent by then is late
 * @param repeat sent again by this, counted from its own time
 * @param whenLate what becomes of it then: dropped as expired, or sent and marked as late
 */
public record NewMessage(
        String subject,
        String body,
        Audience audience,
        boolean urgent,
        Optional<Instant> sendAt,
        Optional<Instant> sendNotAfter,
        List<Attachment> attachments,
        Optional<Survey> survey,
        WhenLate whenLate,
        Markup markup,
        Optional<Recurrence> repeat) {
    /** A phone shows about 40 characters; 200 leaves room for those who write more. */
    public static final int MAX_SUBJECT = 200;

    /** In UTF-8 as base64 this is about 80 KB, which every carrier takes. */
    public static final int MAX_BODY = 20_000;

    private static final String WHAT = "take the message";

    /** One that is dropped when it is late, of plain text. */
    public NewMessage(
            String subject,
            String body,
            Audience audience,
            boolean urgent,
            Optional<Instant> sendAt,
            Optional<Instant> sendNotAfter,
            List<Attachment> attachments,
            Optional<Survey> survey) {
        this(
                subject,
                body,
                audience,
                urgent,
                sendAt,
                sendNotAfter,
                attachments,
                survey,
                WhenLate.DROP,
                Markup.PLAIN,
                Optional.empty());
    }

    /** One that asks nothing. */
    public NewMessage(
            String subject,
            String body,
            Audience audience,
            boolean urgent,
            Optional<Instant> sendAt,
            Optional<Instant> sendNotAfter,
            List<Attachment> attachments) {
        this(subject, body, audience, urgent, sendAt, sendNotAfter, attachments, Optional.empty());
    }

    /** One without attachments. */
    public NewMessage(
            String subject,
            String body,
            Audience audience,
            boolean urgent,
            Optional<Instant> sendAt,
            Optional<Instant> sendNotAfter) {
        this(subject, body, audience, urgent, sendAt, sendNotAfter, List.of());
    }

    public NewMessage {
        subject = subject.strip();
        body = body.replace("\r\n", "\n").replace('\r', '\n');
        if (subject.isEmpty() || subject.codePoints().anyMatch(Character::isISOControl)) {
            throw new FaultException(
                    Fault.INVALID_REQUEST,
                    WHAT,
                    "the subject is empty or not on one line",
                    "write a subject");
        }
        if (body.isBlank()) {
            throw new FaultException(
                    Fault.INVALID_REQUEST, WHAT, "the text is empty", "write a text");
        }
        tooLong("subject", subject, MAX_SUBJECT);
        tooLong("text", body, MAX_BODY);
        attachments = List.copyOf(attachments);
        tooMany(attachments);
        if (sendNotAfter.isPresent()
                && sendAt.isPresent()
                && !sendAt.get().isBefore(sendNotAfter.get())) {
            throw new FaultException(
                    Fault.INVALID_REQUEST,
                    WHAT,
                    "it may not be sent after "
                            + sendNotAfter.get()
                            + " but not before "
                            + sendAt.get(),
                    "choose a later end or an earlier start");
        }
    }

    /** The same at another time. */
    public NewMessage at(Instant start, Optional<Instant> end) {
        return new NewMessage(
                subject,
                body,
                audience,
                urgent,
                Optional.of(start),
                end,
                attachments,
                survey,
                whenLate,
                markup,
                repeat);
    }

    private static void tooMany(List<Attachment> attachments) {
        long bytes = attachments.stream().mapToLong(Attachment::bytes).sum();
        if (attachments.size() > Attachment.MAX_COUNT || bytes > Attachment.MAX_BYTES) {
            throw new FaultException(
                    Fault.TOO_LARGE,
                    WHAT,
                    "it has %d files of %d bytes together; %d of %d are allowed"
                            .formatted(
                                    attachments.size(),
                                    bytes,
                                    Attachment.MAX_COUNT,
                                    Attachment.MAX_BYTES),
                    "leave some out, or put them on a page and link to it");
        }
    }

    private static void tooLong(String part, String text, int max) {
        int length = text.codePointCount(0, text.length());
        if (length > max || text.length() > 3 * max / 2) {
            throw new FaultException(
                    Fault.TOO_LARGE,
                    WHAT,
                    "the " + part + " has " + length + " characters; " + max + " are allowed",
                    "shorten it, or put the long part on a page and link to it");
        }
    }
}
