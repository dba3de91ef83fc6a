package org.todoku.appliance;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;
import javax.net.ssl.SSLSocketFactory;
import org.todoku.appliance.ApplianceConfig.HostAndPort;
import org.todoku.appliance.account.Administrators;
import org.todoku.appliance.account.ApiTokens;
import org.todoku.appliance.account.Audit;
import org.todoku.appliance.account.Organisations;
import org.todoku.appliance.account.ServerSecret;
import org.todoku.appliance.account.Sessions;
import org.todoku.appliance.account.SignedTokens;
import org.todoku.appliance.audience.Audiences;
import org.todoku.appliance.delivery.Dispatcher;
import org.todoku.appliance.delivery.Ledger;
import org.todoku.appliance.delivery.MailSettings;
import org.todoku.appliance.delivery.MailText;
import org.todoku.appliance.delivery.NoticeLedger;
import org.todoku.appliance.delivery.OutgoingMail;
import org.todoku.appliance.delivery.Progress;
import org.todoku.appliance.delivery.Reads;
import org.todoku.appliance.delivery.Sending;
import org.todoku.appliance.delivery.bounce.Bounces;
import org.todoku.appliance.delivery.bounce.ReturnPaths;
import org.todoku.appliance.delivery.direct.Exchanges;
import org.todoku.appliance.delivery.direct.StsPolicies;
import org.todoku.appliance.delivery.health.MailHealth;
import org.todoku.appliance.inbound.InboundMail;
import org.todoku.appliance.inbound.Inquiries;
import org.todoku.appliance.inbound.Intake;
import org.todoku.appliance.inbound.ProxySenders;
import org.todoku.appliance.inbound.SmtpListener;
import org.todoku.appliance.inbound.mailbox.Mailbox;
import org.todoku.appliance.inbound.proof.SenderProofs;
import org.todoku.appliance.kernel.Ids;
import org.todoku.appliance.member.Leaving;
import org.todoku.appliance.member.Members;
import org.todoku.appliance.member.ProfileItems;
import org.todoku.appliance.member.Roster;
import org.todoku.appliance.message.Attachments;
import org.todoku.appliance.message.Messages;
import org.todoku.appliance.message.Surveys;
import org.todoku.appliance.names.Names;
import org.todoku.appliance.portable.Exporter;
import org.todoku.appliance.repeat.Repeats;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.survey.Answers;
import org.todoku.appliance.web.console.FirstSetup;

/** The doors of all features, wired by hand in the order in which they need each other. */
record Features(
        Organisations organisations,
        Administrators administrators,
        ApiTokens apiTokens,
        Sessions sessions,
        SignedTokens signedTokens,
        ProfileItems items,
        Members members,
        Roster roster,
        Audiences audiences,
        Messages messages,
        Attachments attachments,
        Sending sending,
        Repeats repeats,
        Ledger ledger,
        Progress progress,
        MailHealth health,
        NoticeLedger noticeLedger,
        Reads reads,
        Surveys surveys,
        Answers answers,
        Leaving leaving,
        MailText mailText,
        MailSettings mailSettings,
        Dispatcher dispatcher,
        InboundMail inbound,
        Optional<SmtpListener> listener,
        Optional<Mailbox> mailbox,
        Inquiries inquiries,
        Exporter exporter,
        FirstSetup setup) {
    /** What they stand on. */
    record Ground(
            ApplianceConfig config,
            Storage storage,
            Database database,
            InstantSource clock,
            SecureRandom random) {}

    /** Makes them all; starts none. */
    static Features of(Ground ground, Ids ids) {
        ApplianceConfig config = ground.config;
        Storage storage = ground.storage;
        Database database = ground.database;
        InstantSource clock = ground.clock;
        ServerSecret secret = ServerSecret.of(database, ground.random);
        Organisations organisations = new Organisations(database, ids, clock);
        Administrators administrators = new Administrators(database, ids, clock);
        ApiTokens apiTokens = new ApiTokens(database, ids, clock, ground.random);
        SignedTokens signed = new SignedTokens(secret);
        ProfileItems items = new ProfileItems(database, ids);
        Audiences audiences = new Audiences(database);
        Messages messages = new Messages(database, ids, clock);
        MailSettings settings = MailWiring.settings(config, config.http().publicUrl());
        Attachments attachments = new Attachments(database, storage.files());
        MailText text = new MailText(settings, signed, clock, attachments::content);
        var sendingParts =
                new Sending.Parts(messages, audiences, new Audit(database, ids, clock), settings);
        Sending sending = new Sending(database, ids, clock, sendingParts);
        Bounces bounces = new Bounces(ids);
        Dispatcher dispatcher = dispatcher(ground, text, settings, bounces);
        Members members = new Members(database, ids, clock, items);
        var proxies = proxies(ground, ids, sending, messages, attachments);
        var mailing = new Mailing(settings, text, bounces, signed, proxies);
        InboundMail inbound = inbound(ground, ids, organisations, members, mailing);
        Intake intake = new Intake(database, ids, clock, organisations, config.mail().domain());
        return new Features(
                organisations,
                administrators,
                apiTokens,
                new Sessions(secret, clock),
                signed,
                items,
                members,
                new Roster(database, ids, clock, items),
                audiences,
                messages,
                attachments,
                sending,
                repeats(ground, messages, attachments, sending, sendingParts.audit()),
                new Ledger(database, messages),
                new Progress(database, clock, dispatcher),
                health(ground, dispatcher, settings, text, ids),
                new NoticeLedger(database, ids, sendingParts),
                new Reads(database, clock),
                new Surveys(database),
                new Answers(database, clock),
                new Leaving(members),
                text,
                settings,
                dispatcher,
                inbound,
                config.mail().listen().map(at -> listener(at, intake, inbound)),
                config.mail().mailbox().map(at -> mailbox(at, ground, intake, inbound)),
                new Inquiries(database),
                new ServedExports(database, storage.files(), ids, clock),
                new FirstSetup(database, organisations, administrators, apiTokens));
    }

    private static MailHealth health(
            Ground ground, Dispatcher dispatcher, MailSettings settings, MailText text, Ids ids) {
        var parts =
                new MailHealth.Parts(
                        dispatcher, settings, text, ids, MailWiring.canaries(ground.config.mail()));
        return new MailHealth(ground.database, ground.clock, parts);
    }

    private static Dispatcher dispatcher(
            Ground ground, MailText text, MailSettings settings, Bounces bounces) {
        return new Dispatcher(
                ground.database,
                ground.clock,
                new Dispatcher.Parts(
                        text,
                        settings,
                        bounces,
                        ground.storage.durability(),
                        exchanges(ground),
                        ground.random));
    }

    private static Repeats repeats(
            Ground ground,
            Messages messages,
            Attachments attachments,
            Sending sending,
            Audit audit) {
        var parts =
                new Repeats.Parts(
                        messages, attachments, new Surveys(ground.database), sending, audit);
        return new Repeats(ground.database, ground.clock, parts);
    }

    private static Exchanges exchanges(Ground ground) {
        Names names = MailWiring.names(ground.config.mail());
        return new Exchanges(names, new StsPolicies(names, ground.clock));
    }

    /** What mails are made of. */
    private record Mailing(
            MailSettings settings,
            MailText text,
            Bounces bounces,
            SignedTokens signed,
            InboundMail.Proxies proxies) {}

    private static InboundMail inbound(
            Ground ground, Ids ids, Organisations organisations, Members members, Mailing mailing) {
        return new InboundMail(
                ground.database,
                ground.clock,
                new InboundMail.Parts(
                        organisations,
                        members,
                        new OutgoingMail(ids, ground.clock),
                        mailing.text,
                        new ReturnPaths(mailing.signed),
                        mailing.bounces,
                        ReturnPaths.forAnswers(mailing.signed),
                        new Answers(ground.database, ground.clock),
                        ids,
                        mailing.settings,
                        mailing.proxies));
    }

    private static InboundMail.Proxies proxies(
            Ground ground, Ids ids, Sending sending, Messages messages, Attachments attachments) {
        return new InboundMail.Proxies(
                new ProxySenders(ground.database, ids, ground.clock, ground.random),
                new SenderProofs(MailWiring.names(ground.config.mail())),
                sending,
                messages,
                attachments,
                ground.random);
    }

    private static SmtpListener listener(HostAndPort at, Intake intake, InboundMail inbound) {
        var place = new SmtpListener.Place(at.host(), at.port());
        return new SmtpListener(intake, place, inbound::wake);
    }

    private static Mailbox mailbox(
            ApplianceConfig.Mailbox at, Ground ground, Intake intake, InboundMail inbound) {
        return new Mailbox(
                MailWiring.mailbox(at),
                new Mailbox.Parts(
                        intake,
                        ground.storage.durability(),
                        ground.clock,
                        (SSLSocketFactory) SSLSocketFactory.getDefault(),
                        inbound::wake));
    }
}
