package org.todoku.appliance.inbound;

import java.time.Instant;
import java.util.Optional;
import org.todoku.appliance.member.MemberId;

/**
 * A mail from a person that is neither a join nor a leave, for the administrators to read.
 *
 * @param why it is here, when it seemed to be something else: an answer that is not clear
 */
public record Inquiry(
        InboundMailId id,
        Instant received,
        String from,
        Optional<MemberId> member,
        String subject,
        String excerpt,
        String why) {}
