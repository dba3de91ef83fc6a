package org.todoku.appliance.inbound;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.todoku.appliance.account.Organisation;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.account.Organisations;
import org.todoku.appliance.delivery.Ledger;
import org.todoku.appliance.delivery.MailSettings;
import org.todoku.appliance.delivery.MailText;
import org.todoku.appliance.delivery.OutgoingMail;
import org.todoku.appliance.delivery.Sending;
import org.todoku.appliance.delivery.bounce.BounceNotice;
import org.todoku.appliance.delivery.bounce.Bounces;
import org.todoku.appliance.delivery.bounce.Reason;
import org.todoku.appliance.delivery.bounce.ReturnPaths;
import org.todoku.appliance.inbound.proof.SenderProofs;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.kernel.Ids;
import org.todoku.appliance.kernel.NamedLoop;
import org.todoku.appliance.member.Contact;
import org.todoku.appliance.member.ContactId;
import org.todoku.appliance.member.ContactState;
import org.todoku.appliance.member.Member;
import org.todoku.appliance.member.MemberId;
import org.todoku.appliance.member.MemberState;
import org.todoku.appliance.member.Members;
import org.todoku.appliance.member.Quarantine;
import org.todoku.appliance.message.Attachments;
import org.todoku.appliance.message.Messages;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.store.Tx;
import org.todoku.appliance.survey.AnswerWords;
import org.todoku.appliance.survey.Answers;

/**
 * Works stored mails off: join, leave, inquiry, bounce.
 *
 * <p>The act, its answer and the end of the mail are one transaction, so each mail has its effect
 * once however often the process dies. Machines are never answered (RFC 3834), people at most five
 * times a day: an address that answers empty mail is else a cannon that anyone can point at others.
 */
public final class InboundMail {
    private static final Logger LOG = LoggerFactory.getLogger(InboundMail.class);
    private static final Duration IDLE = Duration.ofSeconds(1);
    private static final int BATCH = 10;

    /** RFC 5321 6.3 wants at least 100; our mails pass three or four. */
    private static final int MAX_HOPS = 30;

    private static final int EXCERPT = 1000;
    private static final Duration WORKING = Duration.ofSeconds(5);

    /** 10,000 rows of the ledger take about a second. */
    private static final Duration SENDING = Duration.ofSeconds(30);

    private final Database database;
    private final InstantSource clock;
    private final Parts parts;
    private final Replies replies;
    private final Answering answering;
    private final Joining joining;
    private final ProxyPost proxyPost;
    private final InquiryAnswers inquiryAnswers;
    private final NamedLoop loop = new NamedLoop("inbound", this::step);

    /** The features that a mail can touch. */
    public record Parts(
            Organisations organisations,
            Members members,
            OutgoingMail outgoing,
            MailText texts,
            ReturnPaths returnPaths,
            Bounces bounces,
            ReturnPaths answerPaths,
            Answers answers,
            Ids ids,
            MailSettings settings,
            Proxies proxies) {}

    /** What mails that are to be sent on need. */
    public record Proxies(
            ProxySenders senders,
            SenderProofs proofs,
            Sending sending,
            Messages messages,
            Attachments attachments,
            RandomGenerator random) {}

    public InboundMail(Database database, InstantSource clock, Parts parts) {
        this.database = database;
        this.clock = clock;
        this.parts = parts;
        this.answering =
                new Answering(parts.outgoing, parts.texts, clock, parts.settings.language());
        this.joining =
                new Joining(
                        database,
                        parts.ids,
                        clock,
                        new Joining.Parts(
                                parts.organisations, parts.members, parts.texts, answering));
        this.proxyPost =
                new ProxyPost(
                        database,
                        parts.ids,
                        clock,
                        new ProxyPost.Parts(
                                parts.proxies.senders,
                                parts.proxies.proofs,
                                parts.proxies.sending,
                                parts.proxies.messages,
                                answering,
                                parts.proxies.attachments,
                                parts.proxies.random));
        this.inquiryAnswers = new InquiryAnswers(database);
        this.replies = new Replies(parts.answerPaths, parts.settings.domain());
    }

    /** Who may join, and who waits. */
    public Joining joining() {
        return joining;
    }

    /** Who may send by mail. */
    public ProxySenders proxySenders() {
        return parts.proxies.senders;
    }

    /** What inquiries are answered. */
    public InquiryAnswers inquiryAnswers() {
        return inquiryAnswers;
    }

    public void start() {
        loop.start();
    }

    /** There is new mail. */
    public void wake() {
        loop.wake();
    }

    public boolean stop(Duration deadline) throws InterruptedException {
        return loop.stop(deadline);
    }

    /** One mail with what is needed to judge it. */
    private record Case(
            InboundStore.Waiting stored,
            Organisation organisation,
            ReceivedMail mail,
            Optional<ProxyPost.Claim> proxy) {
        InboundStore.Result ended(String state, String result, Optional<MemberId> member) {
            String excerpt =
                    mail.text().length() > EXCERPT
                            ? mail.text().substring(0, EXCERPT)
                            : mail.text();
            return new InboundStore.Result(state, result, member, mail.subject(), excerpt);
        }
    }

    private Duration step() {
        List<InboundStore.Waiting> waiting = database.read(tx -> InboundStore.waiting(tx, BATCH));
        for (InboundStore.Waiting mail : waiting) {
            workOff(mail);
        }
        return waiting.size() < BATCH ? IDLE : Duration.ZERO;
    }

    private void workOff(InboundStore.Waiting stored) {
        try {
            Organisation own = parts.organisations.find(stored.organisation()).orElseThrow();
            ReceivedMail mail = ReceivedMail.read(stored.raw());
            // Asks the network, so before the transaction.
            Case it = new Case(stored, own, mail, proxyPost.look(stored, own, mail));
            database.writeWithin(
                    it.proxy.isPresent() ? SENDING : WORKING,
                    tx -> {
                        InboundStore.Result result = judge(tx, it);
                        if (!InboundStore.finish(tx, stored.id(), result)) {
                            throw new IllegalStateException(
                                    "mail " + stored.id() + " was worked off by another");
                        }
                        return result;
                    });
        } catch (FaultException e) {
            if (e.fault().retryable()) {
                throw e;
            }
            setAside(stored, e);
        } catch (RuntimeException bug) {
            // One mail that trips a bug must not stop those behind it.
            LOG.error("mail {} could not be worked off; it is kept as failed", stored.id(), bug);
            setAside(stored, bug);
        }
    }

    private void setAside(InboundStore.Waiting stored, RuntimeException why) {
        InboundStore.Result failed =
                new InboundStore.Result(
                        "failed", String.valueOf(why.getMessage()), Optional.empty(), "", "");
        database.change(tx -> InboundStore.finish(tx, stored.id(), failed));
    }

    private InboundStore.Result judge(Tx tx, Case it) {
        ReceivedMail mail = it.mail;
        boolean ours =
                mail.from()
                        .filter(from -> from.domain().equalsIgnoreCase(parts.settings.domain()))
                        .isPresent();
        if (mail.hops() > MAX_HOPS || ours) {
            return it.ended(
                    "loop", ours ? "from our own domain" : mail.hops() + " hops", Optional.empty());
        }
        Optional<Long> delivery = parts.returnPaths.delivery(it.stored.to());
        if (delivery.isPresent() && Complaint.read(it.stored.raw()).isEmpty()) {
            return it.ended("bounce", bounce(tx, it, delivery.get()), Optional.empty());
        }
        Optional<Complaint> complaint = Complaint.read(it.stored.raw());
        if (complaint.isPresent()) {
            return complained(tx, it, complaint.get());
        }
        if (it.stored.from().isEmpty()) {
            return it.ended("bounce", "to no return path of ours", Optional.empty());
        }
        if (it.proxy.isPresent()) {
            var ended = proxyPost.settle(tx, it.proxy.get(), it.stored, it.organisation, mail);
            return it.ended(ended.state(), ended.result(), Optional.empty());
        }
        if (mail.machine() || mail.from().isEmpty()) {
            return it.ended("ignored", "sent by a machine", Optional.empty());
        }
        Optional<Member> member =
                parts.members.byAddress(tx, it.organisation.id(), mail.from().get());
        Intent intent = Intent.of(mail.subject(), mail.text());
        member.ifPresent(m -> isAlive(tx, m, mail.from().get(), intent));
        EmailAddress from = mail.from().get();
        OrganisationId organisation = it.organisation.id();
        String to = it.stored.to();
        // To whatever address: who wants to leave, leaves.
        if (intent != Intent.LEAVE) {
            if (joining.isCode(tx, organisation, mail)) {
                return join(tx, it, from, member, true);
            }
            Optional<Replies.Asked> asked = replies.question(tx, organisation, to, mail, from);
            if (asked.isPresent()) {
                return reply(tx, it, asked.get());
            }
        }
        return switch (intent) {
            case LEAVE -> leave(tx, it, from, member);
            case JOIN -> join(tx, it, from, member, joining.hasCode(tx, organisation, to));
            case OTHER -> {
                inquired(tx, it);
                yield it.ended("inquiry", "", member.map(Member::id));
            }
        };
    }

    /** What cannot be read as one choice is for a person to read, with the reason. */
    private InboundStore.Result reply(Tx tx, Case it, Replies.Asked asked) {
        var found = AnswerWords.find(asked.survey(), Intent.ownLines(it.mail.text()));
        Optional<MemberId> member = Optional.of(asked.member());
        if (found.place().isEmpty()) {
            return it.ended("inquiry", "an answer that is not clear: " + found.why(), member);
        }
        int place = found.place().get();
        parts.answers.answer(tx, asked.message(), asked.member(), place, Answers.Source.MAIL);
        return it.ended("done", "answer: " + asked.survey().choices().get(place), member);
    }

    /** Only who got the mail knows its return path: this notice is about that delivery. */
    private String bounce(Tx tx, Case it, long delivery) {
        Optional<BounceNotice> notice = BounceNotice.read(it.stored.raw());
        if (notice.isEmpty()) {
            return "came back, and does not say why";
        }
        String response = notice.get().response();
        if (!notice.get().failed()) {
            return "still on its way: " + response;
        }
        boolean told = Ledger.cameBack(tx, delivery, response, clock.instant());
        var refused =
                new Bounces.Refused(delivery, notice.get().stage(), response, clock.instant());
        String reason = parts.bounces.note(tx, refused).map(Reason::code).orElse("of no delivery");
        return told ? reason + ": " + response : reason + ", known before";
    }

    /**
     * Once a day to an address, by the name of what it answers; to the return path, where RFC 3834
     * section 4 wants it.
     */
    private void inquired(Tx tx, Case it) {
        InquiryAnswers.Words words = inquiryAnswers.words(tx, it.organisation.id());
        Optional<EmailAddress> to = EmailAddress.parse(it.stored.from());
        if (!words.on() || to.isEmpty()) {
            return;
        }
        long day = clock.instant().getEpochSecond() / Duration.ofDays(1).toSeconds();
        String cause = "inquiry:" + it.organisation.id() + ":" + day + ":" + to.get().key();
        var answer =
                new Answering.Answer(to.get(), cause, it.mail.mailId(), "inquiry", words.both());
        String done = answering.answer(tx, it.organisation, answer);
        LOG.debug("mail {}: {}", it.stored.id(), done);
    }

    /** Only a report that names a return path of ours is about a mail of ours. */
    private InboundStore.Result complained(Tx tx, Case it, Complaint complaint) {
        Optional<Long> delivery =
                Stream.concat(Stream.of(it.stored.to()), complaint.paths().stream())
                        .flatMap(
                                path ->
                                        parts
                                                .returnPaths
                                                .delivery(path)
                                                .or(() -> parts.answerPaths.delivery(path))
                                                .stream())
                        .findFirst();
        Optional<ComplainedOf> whose = delivery.flatMap(id -> complainedOf(tx, id));
        if (whose.isEmpty()) {
            return it.ended("ignored", "a complaint about no mail of ours", Optional.empty());
        }
        String said = "complaint: " + complaint.kind() + ", by " + complaint.reporter();
        boolean fresh = Quarantine.set(tx, whose.get().contact, said);
        String result = fresh ? said : said + ", not mailed before that";
        return it.ended("complaint", result, Optional.of(whose.get().member));
    }

    private record ComplainedOf(ContactId contact, MemberId member) {}

    private static Optional<ComplainedOf> complainedOf(Tx tx, long delivery) {
        return tx.queryOne(
                "SELECT contact_id, member_id FROM delivery WHERE id = ?",
                row ->
                        new ComplainedOf(
                                new ContactId(row.longValue("contact_id")),
                                new MemberId(row.longValue("member_id"))),
                delivery);
    }

    /** Who writes to us has a mailbox; who complained of us has to ask for our mails. */
    private static void isAlive(Tx tx, Member member, EmailAddress from, Intent intent) {
        for (Contact contact : member.contacts()) {
            if (contact.address().key().equals(from.key())
                    && contact.state() == ContactState.QUARANTINED
                    && (intent == Intent.JOIN
                            || !contact.reason().orElse("").startsWith("complaint"))
                    && Quarantine.lift(tx, contact.id())) {
                LOG.info("an address is taken out of quarantine, for its owner wrote to us");
            }
        }
    }

    private InboundStore.Result join(
            Tx tx, Case it, EmailAddress from, Optional<Member> member, boolean withCode) {
        Optional<MemberId> known = member.map(Member::id);
        if (member.filter(m -> m.state() == MemberState.JOINED).isPresent()) {
            return withCode || Intent.saysNothing(it.mail.subject())
                    ? it.ended("done", answer(tx, it, from, "already", known.get()), known)
                    : it.ended("inquiry", "", known);
        }
        return switch (joining.admission(tx, it.organisation.id(), withCode)) {
            case NEEDS_CODE -> it.ended("done", answer(tx, it, from, "code", ""), known);
            case WAITS -> {
                joining.request(tx, it.organisation.id(), from, it.mail);
                yield it.ended("done", answer(tx, it, from, "waiting", ""), known);
            }
            case JOINS -> {
                MemberId id = joined(tx, it, from, known);
                yield it.ended("done", answer(tx, it, from, "join", id), Optional.of(id));
            }
        };
    }

    private MemberId joined(Tx tx, Case it, EmailAddress from, Optional<MemberId> known) {
        if (known.isEmpty()) {
            return parts.members.create(tx, it.organisation.id(), joining.newMember(it.mail, from));
        }
        parts.members.rejoin(tx, it.organisation.id(), known.get());
        return known.get();
    }

    private InboundStore.Result leave(Tx tx, Case it, EmailAddress from, Optional<Member> member) {
        boolean left =
                member.isPresent()
                        && parts.members.leave(tx, it.organisation.id(), member.get().id());
        if (!left) {
            return it.ended("done", "leave: no member", member.map(Member::id));
        }
        MemberId id = member.get().id();
        return it.ended("done", answer(tx, it, from, "leave", id), Optional.of(id));
    }

    /** In the same transaction as the act. */
    private String answer(Tx tx, Case it, EmailAddress to, String kind, MemberId member) {
        return answer(tx, it, to, kind, parts.texts.profileLink(member));
    }

    private String answer(Tx tx, Case it, EmailAddress to, String kind, String link) {
        var answer =
                new Answering.Answer(to, "inbound:" + it.stored.id(), it.mail.mailId(), kind, link);
        return answering.answer(tx, it.organisation, answer);
    }
}
