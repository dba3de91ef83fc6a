package org.todoku.appliance.inbound;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.delivery.bounce.ReturnPaths;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.kernel.Ids;
import org.todoku.appliance.member.MemberId;
import org.todoku.appliance.message.MessageId;
import org.todoku.appliance.message.Survey;
import org.todoku.appliance.message.Surveys;
import org.todoku.appliance.store.Tx;

/**
 * Finds the question that a mail replies to, so that several can be open at once.
 *
 * <p>By the address that the question gave for answers, which names the delivery and cannot be
 * forged; or else, for phones that reply to From, by the Message-ID it refers to, but then only
 * from an address of that very member.
 */
final class Replies {
    private final ReturnPaths answers;
    private final Pattern ours;

    Replies(ReturnPaths answers, String domain) {
        this.answers = answers;
        this.ours =
                Pattern.compile(
                        "<m[0-9A-Za-z-]{1,40}\\.d([0-9A-Za-z-]{1,40})@"
                                + Pattern.quote(domain)
                                + ">",
                        Pattern.CASE_INSENSITIVE);
    }

    /** What was asked of whom. */
    record Asked(MessageId message, MemberId member, Survey survey) {}

    private record Delivery(MessageId message, MemberId member) {}

    Optional<Asked> question(
            Tx tx, OrganisationId organisation, String to, ReceivedMail mail, EmailAddress from) {
        Optional<Delivery> delivery =
                answers.delivery(to).flatMap(id -> delivery(tx, organisation, id));
        if (delivery.isEmpty()) {
            delivery =
                    referred(mail.references())
                            .flatMap(id -> delivery(tx, organisation, id))
                            .filter(found -> isOf(tx, found.member, from));
        }
        return delivery.flatMap(
                found ->
                        Surveys.of(tx, found.message.value())
                                .map(survey -> new Asked(found.message, found.member, survey)));
    }

    /** The newest of our mails that it refers to: the last in the line. */
    private Optional<Long> referred(String references) {
        Matcher matcher = ours.matcher(references);
        Optional<Long> last = Optional.empty();
        while (matcher.find()) {
            var id = Ids.parse(matcher.group(1));
            last = id.isPresent() ? Optional.of(id.getAsLong()) : last;
        }
        return last;
    }

    private static Optional<Delivery> delivery(Tx tx, OrganisationId organisation, long id) {
        return tx.queryOne(
                """
                SELECT d.message_id, d.member_id FROM delivery d JOIN message m ON m.id = d.message_id
                WHERE d.id = ? AND m.organisation_id = ?""",
                row ->
                        new Delivery(
                                new MessageId(row.longValue("message_id")),
                                new MemberId(row.longValue("member_id"))),
                id,
                organisation.value());
    }

    private static boolean isOf(Tx tx, MemberId member, EmailAddress from) {
        return tx.count(
                        "SELECT COUNT(*) AS n FROM contact WHERE member_id = ? AND address_key = ?",
                        member.value(),
                        from.key())
                > 0;
    }
}
