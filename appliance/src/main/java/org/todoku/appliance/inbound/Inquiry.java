package org.todoku.appliance.inbound;

import java.time.Instant;
import java.util.Optional;
import org.todoku.appliance.member.MemberId;

/** A mail from a person that is neither a join nor a leave, for the administrators to read. */
public record Inquiry(
        InboundMailId id,
        Instant received,
        String from,
        Optional<MemberId> member,
        String subject,
        String excerpt) {}
