package org.todoku.appliance.web.member;

import org.todoku.appliance.account.Organisations;
import org.todoku.appliance.account.SignedTokens;
import org.todoku.appliance.delivery.Reads;
import org.todoku.appliance.member.Leaving;
import org.todoku.appliance.member.Members;
import org.todoku.appliance.member.ProfileItems;
import org.todoku.appliance.message.Attachments;
import org.todoku.appliance.message.Messages;
import org.todoku.appliance.message.Surveys;
import org.todoku.appliance.survey.Answers;

/** Everything that the member pages ask and tell. */
public record MemberDoors(
        Organisations organisations,
        Members members,
        ProfileItems items,
        Messages messages,
        Attachments attachments,
        Reads reads,
        Surveys surveys,
        Answers answers,
        Leaving leaving,
        SignedTokens tokens) {}
