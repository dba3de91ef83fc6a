package org.todoku.appliance.web.member;

import java.util.Optional;
import org.todoku.appliance.account.SignedTokens;
import org.todoku.appliance.delivery.MailText;
import org.todoku.appliance.member.MemberId;
import org.todoku.appliance.message.MessageId;

/** What a link's token opens. */
sealed interface MemberLink {
    /** One message, for one member. */
    record ToMessage(MessageId message, MemberId member) implements MemberLink {}

    /** One member's own data. */
    record ToProfile(MemberId member) implements MemberLink {}

    /** The way out for one member, and nothing else. */
    record ToLeave(MemberId member) implements MemberLink {}

    /** Not ours, or cut short on its way. */
    record Nothing() implements MemberLink {}

    static MemberLink open(SignedTokens tokens, String token) {
        Optional<long[]> message = tokens.open(MailText.MESSAGE_PURPOSE, token);
        if (message.isPresent() && message.get().length == 2) {
            return new ToMessage(new MessageId(message.get()[0]), new MemberId(message.get()[1]));
        }
        Optional<long[]> profile = tokens.open(MailText.PROFILE_PURPOSE, token);
        if (profile.isPresent() && profile.get().length == 1) {
            return new ToProfile(new MemberId(profile.get()[0]));
        }
        Optional<long[]> leave = tokens.open(MailText.LEAVE_PURPOSE, token);
        if (leave.isPresent() && leave.get().length == 1) {
            return new ToLeave(new MemberId(leave.get()[0]));
        }
        return new Nothing();
    }
}
