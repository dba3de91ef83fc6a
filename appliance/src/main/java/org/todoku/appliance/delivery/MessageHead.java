package org.todoku.appliance.delivery;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.todoku.appliance.message.Attachment;
import org.todoku.appliance.message.Markup;
import org.todoku.appliance.message.Survey;
import org.todoku.appliance.message.WhenLate;

/** What every mail of one message shares. */
record MessageHead(
        long id,
        String subject,
        String body,
        boolean urgent,
        Times times,
        Markup markup,
        String organisation,
        String slug,
        List<Attachment> attachments,
        Optional<Survey> survey) {
    MessageHead with(List<Attachment> found, Optional<Survey> asked) {
        return new MessageHead(
                id, subject, body, urgent, times, markup, organisation, slug, found, asked);
    }

    /**
     * When it may be sent.
     *
     * @param notAfter from then on it is late
     */
    record Times(Instant sendAt, Optional<Instant> notAfter, WhenLate whenLate) {
        /** Whether a mail that is written now says that it is late. */
        boolean isLate(Instant now) {
            return whenLate == WhenLate.MARK
                    && notAfter.filter(end -> !now.isBefore(end)).isPresent();
        }

        /** From when on it is not sent any more. */
        Optional<Instant> dropAfter() {
            return whenLate == WhenLate.DROP ? notAfter : Optional.empty();
        }
    }
}
