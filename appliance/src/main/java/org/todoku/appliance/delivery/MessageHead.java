package org.todoku.appliance.delivery;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.todoku.appliance.message.Attachment;
import org.todoku.appliance.message.Survey;

/** What every mail of one message shares. */
record MessageHead(
        long id,
        String subject,
        String body,
        boolean urgent,
        Optional<Instant> notAfter,
        String organisation,
        String slug,
        List<Attachment> attachments,
        Optional<Survey> survey) {
    MessageHead with(List<Attachment> found, Optional<Survey> asked) {
        return new MessageHead(
                id, subject, body, urgent, notAfter, organisation, slug, found, asked);
    }
}
