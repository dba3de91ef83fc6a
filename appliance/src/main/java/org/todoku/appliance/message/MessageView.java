package org.todoku.appliance.message;

import java.time.Instant;
import java.util.Optional;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.audience.Audience;

/**
 * A message as it is stored.
 *
 * @param author the e-mail of the administrator, or the label of the API
 */
public record MessageView(
        MessageId id,
        OrganisationId organisation,
        String author,
        String subject,
        String body,
        boolean urgent,
        Audience audience,
        MessageState state,
        Instant created,
        Instant sendAt,
        Optional<Instant> sendNotAfter,
        WhenLate whenLate,
        Markup markup) {}
