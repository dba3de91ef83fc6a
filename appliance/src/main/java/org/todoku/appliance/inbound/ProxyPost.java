package org.todoku.appliance.inbound;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.todoku.appliance.account.Organisation;
import org.todoku.appliance.delivery.Sending;
import org.todoku.appliance.inbound.ProxySenders.Sender;
import org.todoku.appliance.inbound.proof.SenderProof;
import org.todoku.appliance.inbound.proof.SenderProofs;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.kernel.Ids;
import org.todoku.appliance.message.Attachment;
import org.todoku.appliance.message.Attachments;
import org.todoku.appliance.message.MessageId;
import org.todoku.appliance.message.Messages;
import org.todoku.appliance.message.NewMessage;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.store.Tx;

/**
 * Mails that are to be sent on to an audience. A mail is sent on when it is proven to be from its
 * sender and came to the secret address, or when the sender answered the question that it led to;
 * each one once. Everything else sends nothing, says why, and tells the registered address.
 */
final class ProxyPost {
    private static final Pattern CODE = Pattern.compile("\\[([a-z0-9]{10})\\]");
    private static final int CODE_LENGTH = 10;
    private static final Duration ASKED = Duration.ofHours(24);
    private static final int MAX_ANSWERS = 50;
    private static final int LONGEST_SUBJECT = 100;

    private final Database database;
    private final Ids ids;
    private final InstantSource clock;
    private final Parts parts;

    /** The features that it touches. */
    record Parts(
            ProxySenders senders,
            SenderProofs proofs,
            Sending sending,
            Messages messages,
            Answering answering,
            Attachments attachments,
            RandomGenerator random) {}

    ProxyPost(Database database, Ids ids, InstantSource clock, Parts parts) {
        this.database = database;
        this.ids = ids;
        this.clock = clock;
        this.parts = parts;
    }

    /** How a mail claims to be one of these. */
    private enum Way {
        /** It came to the secret address. */
        SECRET,
        /** It has to be asked back. */
        ASK,
        /** It answers the question. */
        CONFIRM
    }

    /** What was asked back. */
    private record Draft(
            long id, String subject, String body, ProxyFiles files, Instant received) {}

    private record Found(Way way, Sender sender, Optional<Draft> draft) {}

    /**
     * A mail that wants to be sent on.
     *
     * @param refused why it is not
     * @param files those of the mail that may go on, kept already
     */
    record Claim(Found found, Optional<String> refused, ProxyFiles files) {}

    /** What became of it; the state as it is stored. */
    record Ended(String state, String result) {}

    /**
     * Whether it is one of these, and proven. Asks the network and keeps files, so it is called in
     * no transaction.
     */
    Optional<Claim> look(
            InboundStore.Waiting stored, Organisation organisation, ReceivedMail mail) {
        if (Intent.of(mail.subject(), mail.text()) == Intent.LEAVE) {
            return Optional.empty();
        }
        return database.read(tx -> find(tx, stored.to(), organisation, mail))
                .map(found -> claim(found, stored, mail));
    }

    private Claim claim(Found found, InboundStore.Waiting stored, ReceivedMail mail) {
        Optional<String> refused = refusal(found, stored, mail);
        boolean sends = refused.isEmpty() && found.way != Way.CONFIRM;
        return new Claim(
                found,
                refused,
                sends ? ProxyFiles.keep(stored.raw(), parts.attachments) : ProxyFiles.NONE);
    }

    private Optional<Found> find(Tx tx, String to, Organisation organisation, ReceivedMail mail) {
        Optional<Sender> bySecret = parts.senders.bySecret(tx, organisation.id(), to);
        if (bySecret.isPresent()) {
            return Optional.of(new Found(Way.SECRET, bySecret.get(), Optional.empty()));
        }
        Optional<Sender> known =
                mail.from().flatMap(from -> parts.senders.byAddress(tx, organisation.id(), from));
        if (known.isEmpty()) {
            return Optional.empty();
        }
        Optional<Draft> draft = draft(tx, known.get(), mail.subject());
        if (draft.isPresent()) {
            return Optional.of(new Found(Way.CONFIRM, known.get(), draft));
        }
        boolean asks = to.toLowerCase(Locale.ROOT).contains(ProxySenders.ASKING + "@");
        return asks
                ? Optional.of(new Found(Way.ASK, known.get(), Optional.empty()))
                : Optional.empty();
    }

    private static Optional<Draft> draft(Tx tx, Sender sender, String subject) {
        Matcher code = CODE.matcher(subject.toLowerCase(Locale.ROOT));
        return code.find()
                ? tx.queryOne(
                        "SELECT id, subject, body, files, received FROM proxy_draft WHERE sender_id = ? AND code = ?",
                        row ->
                                new Draft(
                                        row.longValue("id"),
                                        row.text("subject"),
                                        row.text("body"),
                                        ProxyFiles.stored(row.text("files")),
                                        row.instant("received")),
                        sender.id(),
                        code.group(1))
                : Optional.empty();
    }

    private Optional<String> refusal(Found found, InboundStore.Waiting stored, ReceivedMail mail) {
        EmailAddress from = found.sender.address();
        if (mail.from().filter(given -> given.key().equals(from.key())).isEmpty()) {
            return Optional.of(why("proxy.why.other"));
        }
        if (mail.machine()) {
            return Optional.of(why("proxy.why.machine"));
        }
        var how =
                new SenderProofs.Mail(
                        stored.raw(),
                        from,
                        stored.from(),
                        stored.client().ip(),
                        stored.client().helo());
        return parts.proofs.prove(how) instanceof SenderProof.Unproven(String why)
                ? Optional.of(why("proxy.why.unproven") + " (" + why + ")")
                : Optional.empty();
    }

    /** Sends, asks back or refuses, in the transaction in which the mail ends. */
    Ended settle(
            Tx tx,
            Claim claim,
            InboundStore.Waiting stored,
            Organisation organisation,
            ReceivedMail mail) {
        Letter letter = new Letter(tx, claim.found.sender, stored, organisation, mail);
        if (claim.refused.isPresent()) {
            return refuse(letter, claim.refused.get());
        }
        return switch (claim.found.way) {
            case SECRET ->
                    send(
                            letter,
                            new Words(subject(letter), mail.text().strip(), claim.files),
                            digest(letter, claim.files));
            case ASK -> ask(letter, claim.files);
            case CONFIRM -> confirm(letter, claim.found.draft.orElseThrow());
        };
    }

    private record Letter(
            Tx tx,
            Sender sender,
            InboundStore.Waiting stored,
            Organisation organisation,
            ReceivedMail mail) {}

    /** What is sent on. */
    private record Words(String subject, String body, ProxyFiles files) {}

    private Ended send(Letter letter, Words words, String key) {
        if (parts.messages.byKey(letter.tx, letter.organisation.id(), key).isPresent()) {
            return refuse(letter, why("proxy.why.again"));
        }
        NewMessage message;
        try {
            message =
                    new NewMessage(
                            words.subject,
                            words.body.isEmpty() ? words.subject : words.body,
                            letter.sender.audience(),
                            letter.sender.urgent(),
                            Optional.empty(),
                            Optional.empty(),
                            words.files.kept());
            MessageId id =
                    parts.sending.send(
                            letter.tx,
                            letter.organisation.id(),
                            letter.sender.name(),
                            message,
                            key);
            answer(letter, "proxySent", words.subject, words.files);
            return new Ended("sent", letter.sender.name() + ": message " + id);
        } catch (FaultException e) {
            if (e.fault().retryable()) {
                throw e;
            }
            return refuse(letter, e.why());
        }
    }

    private Ended ask(Letter letter, ProxyFiles files) {
        if (says(letter).isEmpty()) {
            return refuse(letter, why("proxy.why.empty"));
        }
        String code = Joining.freshCode(parts.random, CODE_LENGTH);
        String text = letter.mail.text().strip();
        letter.tx.update(
                "INSERT INTO proxy_draft(id, sender_id, code, subject, body, files, received) VALUES (?, ?, ?, ?, ?, ?, ?)",
                ids.next(),
                letter.sender.id(),
                code,
                subject(letter),
                text.length() <= NewMessage.MAX_BODY
                        ? text
                        : text.substring(0, NewMessage.MAX_BODY + 1),
                files.stored(),
                clock.instant());
        String asked = answer(letter, "proxyConfirm", code, files);
        return new Ended("asked", letter.sender.name() + ": " + asked);
    }

    private Ended confirm(Letter letter, Draft draft) {
        letter.tx.update("DELETE FROM proxy_draft WHERE id = ?", draft.id);
        if (draft.received.plus(ASKED).isBefore(clock.instant())) {
            return refuse(letter, why("proxy.why.late"));
        }
        Words words = new Words(draft.subject, draft.body, draft.files);
        return send(letter, words, "mail-confirmed:" + draft.id);
    }

    private Ended refuse(Letter letter, String why) {
        answer(letter, "proxyRefused", why, ProxyFiles.NONE);
        return new Ended("refused", letter.sender.name() + ": " + why);
    }

    /** To the registered address and to no other. */
    private String answer(Letter letter, String kind, String detail, ProxyFiles files) {
        var answer =
                new Answering.Answer(
                        letter.sender.address(),
                        "inbound:" + letter.stored.id(),
                        letter.mail.mailId(),
                        kind,
                        detail,
                        note(files));
        return parts.answering.answer(letter.tx, letter.organisation, answer, MAX_ANSWERS);
    }

    /** Which files go on, and which do not and why. */
    private String note(ProxyFiles files) {
        StringBuilder note = new StringBuilder();
        for (Attachment file : files.kept()) {
            note.append(parts.answering.text("proxyFile.sent", file.name()));
        }
        for (ProxyFiles.Left file : files.left()) {
            note.append(parts.answering.text(file.why().key(), file.name()));
        }
        return note.isEmpty() ? "" : "\n" + note;
    }

    private String why(String key) {
        return parts.answering.text(key);
    }

    private static String says(Letter letter) {
        String subject = letter.mail.subject().replaceAll("\\p{Cntrl}+", " ").strip();
        return subject.isEmpty() ? letter.mail.text().strip() : subject;
    }

    /** Phones send without one; the first line says what it is about. */
    private static String subject(Letter letter) {
        String first = says(letter).lines().findFirst().orElse("").strip();
        int end = Math.min(first.length(), LONGEST_SUBJECT);
        return first.substring(0, first.offsetByCodePoints(0, first.codePointCount(0, end)));
    }

    /** The same mail again, under whatever Message-ID, has the same. */
    private static String digest(Letter letter, ProxyFiles files) {
        String said =
                String.join(
                        "\0",
                        List.of(
                                "" + letter.sender.id(),
                                letter.mail.date(),
                                letter.mail.subject(),
                                letter.mail.text(),
                                files.stored()));
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(said.getBytes(StandardCharsets.UTF_8));
            return "mail:" + HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 belongs to every Java", e);
        }
    }
}
