package org.todoku.appliance.web.console;

import java.time.InstantSource;
import java.util.Optional;
import org.todoku.appliance.account.Administrators;
import org.todoku.appliance.account.Organisations;
import org.todoku.appliance.account.Sessions;
import org.todoku.appliance.audience.Audiences;
import org.todoku.appliance.continuity.outside.OperatorNotices;
import org.todoku.appliance.delivery.Ledger;
import org.todoku.appliance.delivery.Progress;
import org.todoku.appliance.delivery.Sending;
import org.todoku.appliance.delivery.health.MailHealth;
import org.todoku.appliance.inbound.Inquiries;
import org.todoku.appliance.inbound.InquiryAnswers;
import org.todoku.appliance.inbound.Joining;
import org.todoku.appliance.inbound.ProxySenders;
import org.todoku.appliance.inbound.mailbox.Mailbox;
import org.todoku.appliance.mailcheck.MailCheck;
import org.todoku.appliance.member.Members;
import org.todoku.appliance.member.ProfileItems;
import org.todoku.appliance.member.Roster;
import org.todoku.appliance.message.Attachments;
import org.todoku.appliance.message.Messages;
import org.todoku.appliance.portable.Exporter;
import org.todoku.appliance.repeat.Repeats;
import org.todoku.appliance.survey.Answers;
import org.todoku.appliance.web.SystemState;

/**
 * Everything that the console's pages ask and tell. {@code mailDomain} and {@code version} are
 * shown; {@code secure} is whether cookies are for https only.
 */
public record ConsoleDoors(
        Organisations organisations,
        Administrators administrators,
        Sessions sessions,
        Members members,
        ProfileItems items,
        Roster roster,
        Audiences audiences,
        Messages messages,
        Attachments attachments,
        Sending sending,
        Repeats repeats,
        Ledger ledger,
        Answers answers,
        Progress progress,
        Inquiries inquiries,
        Joining joining,
        Optional<Mailbox> mailbox,
        ProxySenders proxySenders,
        InquiryAnswers inquiryAnswers,
        Exporter exporter,
        Optional<OperatorNotices> notices,
        SystemState system,
        MailHealth health,
        MailCheck mailCheck,
        InstantSource clock,
        String mailDomain,
        String version,
        boolean secure) {}
