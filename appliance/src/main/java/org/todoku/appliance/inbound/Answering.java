package org.todoku.appliance.inbound;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;
import org.todoku.appliance.account.Organisation;
import org.todoku.appliance.delivery.AutomaticMail;
import org.todoku.appliance.delivery.MailText;
import org.todoku.appliance.delivery.NetworkName;
import org.todoku.appliance.delivery.OutgoingMail;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.kernel.Language;
import org.todoku.appliance.kernel.Texts;
import org.todoku.appliance.store.Tx;

/**
 * Answers to people, each once and at most five a day to one address: what answers empty mail is
 * else a cannon that anyone can point at others.
 */
final class Answering {
    private static final Texts TEXTS = Texts.of(Answering.class);
    private static final int MAX_ANSWERS = 5;
    private static final Duration ANSWER_PERIOD = Duration.ofDays(1);

    private final OutgoingMail outgoing;
    private final MailText texts;
    private final InstantSource clock;
    private final Language language;

    Answering(OutgoingMail outgoing, MailText texts, InstantSource clock, Language language) {
        this.outgoing = outgoing;
        this.texts = texts;
        this.clock = clock;
        this.language = language;
    }

    /**
     * One answer.
     *
     * @param cause names it, so that it is queued once
     * @param kind the key of its texts
     * @param link what the text's {1} stands for
     * @param note stands below the text; may be empty
     */
    record Answer(
            EmailAddress to,
            String cause,
            Optional<String> inReplyTo,
            String kind,
            String link,
            String note) {
        Answer(
                EmailAddress to,
                String cause,
                Optional<String> inReplyTo,
                String kind,
                String link) {
            this(to, cause, inReplyTo, kind, link, "");
        }
    }

    /** Queues it, unless this address has had its share; answers what was done. */
    String answer(Tx tx, Organisation organisation, Answer answer) {
        return answer(tx, organisation, answer, MAX_ANSWERS);
    }

    /** The same for those to whom so many a day are owed. */
    String answer(Tx tx, Organisation organisation, Answer answer, int most) {
        if (outgoing.since(tx, answer.to, clock.instant().minus(ANSWER_PERIOD)) >= most) {
            return answer.kind + ", not answered: " + most + " answers a day";
        }
        String own = texts.address(organisation.slug());
        boolean queued =
                outgoing.queue(
                        tx,
                        new AutomaticMail(
                                organisation.id(),
                                answer.to,
                                answer.cause,
                                answer.inReplyTo.filter(id -> id.matches("<[\\x21-\\x7e]{1,390}>")),
                                text(answer.kind + ".subject", organisation.name(), answer.link),
                                text(
                                                answer.kind + ".body",
                                                organisation.name(),
                                                answer.link,
                                                own,
                                                NetworkName.of(language, organisation.name()))
                                        + answer.note));
        return queued ? answer.kind : answer.kind + ", answered before";
    }

    /** Whether this stands for the name of somebody who has told none, in whichever language. */
    static boolean isUnnamed(String name) {
        return Arrays.stream(Language.values())
                .anyMatch(each -> TEXTS.text(each, "join.unnamed").equals(name.strip()));
    }

    String text(String key, Object... arguments) {
        return TEXTS.text(language, key, arguments);
    }
}
