package org.todoku.appliance.web.api;

import java.util.Optional;
import org.todoku.appliance.account.ApiTokens;
import org.todoku.appliance.account.Organisations;
import org.todoku.appliance.continuity.MoveSource;
import org.todoku.appliance.continuity.StandbySource;
import org.todoku.appliance.continuity.outside.OperatorNotices;
import org.todoku.appliance.delivery.Ledger;
import org.todoku.appliance.delivery.Progress;
import org.todoku.appliance.delivery.Sending;
import org.todoku.appliance.delivery.health.MailHealth;
import org.todoku.appliance.inbound.InquiryAnswers;
import org.todoku.appliance.inbound.ProxySenders;
import org.todoku.appliance.inbound.mailbox.Mailbox;
import org.todoku.appliance.member.Members;
import org.todoku.appliance.member.Roster;
import org.todoku.appliance.message.Attachments;
import org.todoku.appliance.message.Messages;
import org.todoku.appliance.survey.Answers;
import org.todoku.appliance.web.SystemState;

/** Everything that the API asks and tells. */
public record ApiDoors(
        ApiTokens tokens,
        Organisations organisations,
        Members members,
        Roster roster,
        Messages messages,
        Attachments attachments,
        Sending sending,
        Ledger ledger,
        Answers answers,
        Progress progress,
        MailHealth health,
        SystemState system,
        MoveSource move,
        Optional<OperatorNotices> notices,
        StandbySource standby,
        Optional<Mailbox> mailbox,
        ProxySenders proxySenders,
        InquiryAnswers inquiryAnswers,
        String mailDomain,
        String version) {}
