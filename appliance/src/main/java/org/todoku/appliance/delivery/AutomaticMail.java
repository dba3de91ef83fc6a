package org.todoku.appliance.delivery;

import java.util.Optional;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.kernel.EmailAddress;

/**
 * A single mail that the appliance writes by itself.
 *
 * @param cause what it answers; a second mail with the same cause is not stored, so answering twice
 *     is harmless
 * @param inReplyTo the Message-ID it answers
 */
public record AutomaticMail(
        OrganisationId organisation,
        EmailAddress to,
        String cause,
        Optional<String> inReplyTo,
        String subject,
        String body) {}
