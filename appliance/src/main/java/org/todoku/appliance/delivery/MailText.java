package org.todoku.appliance.delivery;

import jakarta.activation.DataHandler;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeUtility;
import jakarta.mail.util.ByteArrayDataSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.todoku.appliance.account.SignedTokens;
import org.todoku.appliance.delivery.MailTemplate.Slot;
import org.todoku.appliance.delivery.bounce.ReturnPaths;
import org.todoku.appliance.delivery.dkim.DkimSigner;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.kernel.Texts;
import org.todoku.appliance.member.MailCharset;
import org.todoku.appliance.member.MemberId;
import org.todoku.appliance.message.Attachment;
import org.todoku.appliance.message.Markup;

/**
 * Writes mails: UTF-8, base64 in short lines (docomo refuses lines over 1,000 bytes), CRLF.
 * Thread-safe.
 *
 * <p>The Message-ID of a delivery never changes, so a mail that is sent a second time out of doubt
 * can be recognised; Gmail then shows it once.
 */
public final class MailText {
    /** The purposes of links in mails, for SignedTokens. */
    public static final String MESSAGE_PURPOSE = "message";

    public static final String PROFILE_PURPOSE = "profile";

    /** Such a link can do one thing, and stands in a header that programs read. */
    public static final String LEAVE_PURPOSE = "leave";

    /**
     * The mail library is told of 7 bits, for the marks are that; what takes their place is not.
     */
    private static final Pattern BODY_IN_7_BITS =
            Pattern.compile("(?m)^Content-Transfer-Encoding: 7bit");

    private static final String BODY_IN_BASE64 = "Content-Transfer-Encoding: base64";

    private static final Texts TEXTS = Texts.of(MailText.class);

    private final MailSettings settings;
    private final SignedTokens tokens;
    private final InstantSource clock;
    private final Session session;
    private final MailFiles files;
    private final MailBodies bodies;
    private final DkimSigner signer;
    private final ReturnPaths returnPaths;
    private final ReturnPaths answers;
    private final MailTemplates templates = new MailTemplates();

    /** An automatic mail as it is stored. */
    record Automatic(
            long id,
            String organisation,
            String slug,
            EmailAddress to,
            String subject,
            String body,
            Optional<String> inReplyTo) {}

    /**
     * @param content the content of an attachment; empty, or a fault, when it cannot be had
     */
    public MailText(
            MailSettings settings,
            SignedTokens tokens,
            InstantSource clock,
            Function<Attachment, Optional<byte[]>> content) {
        this.files = new MailFiles(content, settings.language());
        this.bodies = new MailBodies(settings.language());
        this.settings = settings;
        this.signer = new DkimSigner(settings.domain(), settings.dkim());
        this.tokens = tokens;
        this.returnPaths = new ReturnPaths(tokens);
        this.answers = ReturnPaths.forAnswers(tokens);
        this.clock = clock;
        Properties properties = new Properties();
        // Else each mail asks the resolver for the name of this host.
        properties.setProperty("mail.from", "nobody@" + settings.domain());
        this.session = Session.getInstance(properties);
    }

    /** An organisation's address. */
    public String address(String slug) {
        return slug + "@" + settings.domain();
    }

    /** Where a mail of a delivery comes back to. */
    String returnPath(String slug, long delivery) {
        return returnPaths.local(slug, delivery) + "@" + settings.domain();
    }

    /** The link under which a member reads a message. */
    public String messageLink(long message, MemberId member) {
        return settings.publicUrl() + "/m/" + tokens.sign(MESSAGE_PURPOSE, message, member.value());
    }

    /** The link under which a member sees and changes what is kept of them. */
    public String profileLink(MemberId member) {
        return settings.publicUrl() + "/m/" + tokens.sign(PROFILE_PURPOSE, member.value());
    }

    /** The link that takes a member out, by one POST and without a sign-in. */
    public String leaveLink(MemberId member) {
        return settings.publicUrl() + "/m/" + tokens.sign(LEAVE_PURPOSE, member.value()) + "/leave";
    }

    /** Whom one mail of a message is for. */
    record Person(
            long delivery, MemberId member, EmailAddress to, String mailId, MailCharset charset) {}

    byte[] message(MessageHead message, Person person) {
        boolean late = message.times().isLate(clock.instant());
        MailCharset charset = person.charset;
        MailTemplate template =
                templates.of(
                        new MailTemplates.Kind(message.id(), late, charset),
                        () -> template(message, late, charset));
        String link = messageLink(message.id(), person.member);
        String address = address(message.slug());
        String footer = in(charset, bodies.footer(message, link, address));
        String reply =
                message.survey().isEmpty()
                        ? address
                        : answers.local(message.slug(), person.delivery) + "@" + settings.domain();
        var filled =
                new MailTemplate.Person(
                        person.to.smtp(),
                        person.mailId,
                        unsubscribe(message, person.member),
                        reply,
                        crlf(footer),
                        message.markup() == Markup.MARKDOWN
                                ? crlf(bodies.htmlEnd(message, link, address))
                                : "");
        return signer.sign(template.fill(filled));
    }

    /** All that is the same for everybody. */
    private MailTemplates.Made template(MessageHead message, boolean late, MailCharset charset) {
        boolean old = charset == MailCharset.ISO_2022_JP;
        try {
            MailFiles.Enclosed enclosed = files.enclose(message.attachments());
            // Phones that old show no HTML, or only that.
            String html = old ? "" : crlf(bodies.html(message, late, enclosed.note()));
            MimeMessage mail =
                    mail(
                            new Head(
                                    in(charset, message.organisation()),
                                    message.slug(),
                                    Slot.TO.mark(),
                                    in(charset, bodies.subject(message, late)),
                                    charset.code()));
            mail.setHeader("Reply-To", Slot.REPLY.mark());
            var marks =
                    new MailFiles.Marks(
                            charset.code(),
                            Slot.BODY.mark(),
                            html.isEmpty() ? "" : Slot.HTML.mark());
            MailFiles.fill(mail, enclosed, marks);
            mail.setHeader("List-Id", "<" + message.slug() + "." + settings.domain() + ">");
            mail.setHeader("List-Unsubscribe", Slot.LEAVE.mark());
            if (oneClick()) {
                mail.setHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
            }
            if (message.urgent()) {
                mail.setHeader("Importance", "high");
            }
            String rendered = new String(bytes(mail, Slot.ID.mark()), StandardCharsets.ISO_8859_1);
            if (!old) {
                rendered = BODY_IN_7_BITS.matcher(rendered).replaceAll(BODY_IN_BASE64);
            }
            String text = in(charset, crlf(bodies.text(message, late)) + enclosed.note());
            return new MailTemplates.Made(
                    new MailTemplate(
                            rendered.getBytes(StandardCharsets.ISO_8859_1),
                            new MailTemplate.Common(charset, text, html)),
                    enclosed.complete());
        } catch (MessagingException e) {
            throw new IllegalStateException("cannot write the message " + message.id(), e);
        }
    }

    private static String in(MailCharset charset, String text) {
        return charset == MailCharset.ISO_2022_JP ? OldPhones.text(text) : text;
    }

    /** RFC 8058 section 3.1 allows https and nothing else. */
    private boolean oneClick() {
        return "https".equals(settings.publicUrl().getScheme());
    }

    /** By one click where there is https, and by mail for programs that know only that. */
    private String unsubscribe(MessageHead message, MemberId member) {
        String word =
                URLEncoder.encode(
                        TEXTS.text(settings.language(), "mail.leaveWord"), StandardCharsets.UTF_8);
        String byMail = "<mailto:" + address(message.slug()) + "?subject=" + word + ">";
        return oneClick() ? "<" + leaveLink(member) + ">,\r\n " + byMail : byMail;
    }

    byte[] automatic(Automatic automatic, MailCharset charset) {
        String mailId = "<a" + automatic.id + "@" + settings.domain() + ">";
        try {
            MimeMessage mail =
                    mail(
                            new Head(
                                    in(charset, automatic.organisation),
                                    automatic.slug,
                                    automatic.to.smtp(),
                                    in(charset, automatic.subject),
                                    charset.code()));
            String body = crlf(in(charset, automatic.body));
            boolean old = charset == MailCharset.ISO_2022_JP;
            if (old) {
                mail.setDataHandler(
                        new DataHandler(
                                new ByteArrayDataSource(
                                        OldPhones.bytes(body),
                                        "text/plain; charset=" + charset.code())));
            } else {
                mail.setText(body, charset.code());
            }
            mail.setHeader("Content-Transfer-Encoding", old ? "7bit" : "base64");
            mail.setHeader("Auto-Submitted", "auto-replied");
            if (automatic.inReplyTo.isPresent()) {
                mail.setHeader("In-Reply-To", automatic.inReplyTo.get());
                mail.setHeader("References", automatic.inReplyTo.get());
            }
            return signer.sign(bytes(mail, mailId));
        } catch (MessagingException e) {
            throw new IllegalStateException("cannot write the mail " + mailId, e);
        }
    }

    /** What stands above. */
    private record Head(
            String organisation, String slug, String to, String subject, String charset) {}

    /** A mail to a mailbox of one's own, written and signed as all are. */
    public CanaryMail canary(long id, EmailAddress to, Instant now) {
        var automatic =
                new Automatic(
                        id,
                        "todoku",
                        "postmaster",
                        to,
                        "todoku " + now,
                        "todoku " + now + "\n",
                        Optional.empty());
        String mailId = "<a" + id + "@" + settings.domain() + ">";
        return new CanaryMail(
                mailId, address("postmaster"), to, automatic(automatic, MailCharset.UTF_8));
    }

    private MimeMessage mail(Head head) throws MessagingException {
        try {
            MimeMessage mail = new MimeMessage(session);
            mail.setFrom(new InternetAddress(address(head.slug), head.organisation, head.charset));
            // As text: the address classes of Jakarta Mail may refuse what docomo gave out.
            mail.setHeader("To", head.to);
            mail.setHeader("Reply-To", address(head.slug));
            mail.setHeader(
                    "Subject",
                    MimeUtility.fold(9, MimeUtility.encodeText(head.subject, head.charset, "B")));
            mail.setSentDate(Date.from(clock.instant()));
            return mail;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] bytes(MimeMessage mail, String mailId) throws MessagingException {
        mail.saveChanges();
        mail.setHeader("Message-ID", mailId);
        ByteArrayOutputStream out = new ByteArrayOutputStream(4096);
        try {
            mail.writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static String crlf(String text) {
        return text.replace("\n", "\r\n");
    }
}
