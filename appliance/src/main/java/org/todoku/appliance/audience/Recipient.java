package org.todoku.appliance.audience;

import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.member.ContactId;
import org.todoku.appliance.member.ContactState;
import org.todoku.appliance.member.MailCharset;
import org.todoku.appliance.member.MemberId;

/** One address that a message is for; a quarantined one gets its row in the ledger but no mail. */
public record Recipient(
        MemberId member,
        ContactId contact,
        EmailAddress address,
        ContactState state,
        MailCharset charset) {}
