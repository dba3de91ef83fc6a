package org.todoku.migrate;

import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.todoku.appliance.delivery.NoticeMail;
import org.todoku.appliance.delivery.Noticed;
import org.todoku.appliance.delivery.Outcome;
import org.todoku.appliance.delivery.Relay;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.backup.archive.Notice;
import org.todoku.backup.archive.NoticeBatch;
import org.todoku.backup.archive.NoticeBatch.Result;
import org.todoku.backup.archive.Notices;

/**
 * Sends a notice straight from the archive: claims a batch there, sends it, writes down what became
 * of it. Whoever has a result, or was claimed by somebody, is not sent to again. One thread, one
 * connection; the next relay takes over when one cannot be reached.
 */
final class Notifying implements AutoCloseable {
    /** Few enough that a crash leaves few in doubt. */
    static final int BATCH = 20;

    private static final int LONGEST = 900;

    private final Notices notices;
    private final Notice notice;
    private final EmailAddress from;
    private final String name;
    private final Deque<Relay> relays;
    private final InstantSource clock;
    private NoticeMail mail;

    /** Who sends. */
    record Sender(EmailAddress from, String name, List<Relay> relays) {
        Sender {
            relays = List.copyOf(relays);
        }
    }

    Notifying(Notices notices, Notice notice, Sender sender, InstantSource clock) {
        this.notices = notices;
        this.notice = notice;
        this.from = sender.from();
        this.name = sender.name();
        this.relays = new ArrayDeque<>(sender.relays());
        this.clock = clock;
        this.mail = new NoticeMail(relays.getFirst(), from, name);
    }

    /** Told after each batch. */
    interface Told {
        void sent(int done, int of);
    }

    /** Sends to all of them who have no result yet; answers the outcomes of all, in numbers. */
    Map<Outcome, Integer> run(List<Recipients.Recipient> recipients, Told told) {
        Map<Long, Result> known = notices.results(notice.id());
        List<Recipients.Recipient> left =
                recipients.stream().filter(r -> !known.containsKey(r.id())).toList();
        int batch = notices.claimed(notice.id());
        int done = recipients.size() - left.size();
        for (int at = 0; at < left.size(); at += BATCH) {
            List<Recipients.Recipient> next = left.subList(at, Math.min(left.size(), at + BATCH));
            batch++;
            if (!notices.claim(notice.id(), batch, claim(next))) {
                throw Refusal.unsafe(
                        "somebody else sends this notice at this moment",
                        "wait until that has ended; then --resume " + notice.id());
            }
            notices.ended(notice.id(), batch, send(next));
            done += next.size();
            told.sent(done, recipients.size());
        }
        return count(recipients);
    }

    private NoticeBatch claim(List<Recipients.Recipient> next) {
        String at = clock.instant().toString();
        return new NoticeBatch(
                next.stream()
                        .map(r -> new Result(r.id(), Outcome.CLAIMED.code(), at, "", ""))
                        .toList());
    }

    private NoticeBatch send(List<Recipients.Recipient> next) {
        List<Result> results = new ArrayList<>();
        for (Recipients.Recipient recipient : next) {
            NoticeMail.Sent sent = send(recipient);
            String response =
                    sent.response().length() > LONGEST
                            ? sent.response().substring(0, LONGEST)
                            : sent.response();
            results.add(
                    new Result(
                            recipient.id(),
                            sent.outcome().code(),
                            clock.instant().toString(),
                            sent.stage(),
                            response));
        }
        return new NoticeBatch(results);
    }

    private NoticeMail.Sent send(Recipients.Recipient recipient) {
        String mailId = Noticed.mailId(notice.id(), recipient.id(), from.domain());
        NoticeMail.Sent sent =
                mail.send(recipient.address(), mailId, notice.subject(), notice.text());
        while (sent.outcome() == Outcome.DEFERRED
                && sent.stage().equals("connect")
                && relays.size() > 1) {
            // This relay is out of reach: the next one takes the same mail, and those after it.
            relays.removeFirst();
            mail.close();
            mail = new NoticeMail(relays.getFirst(), from, name);
            sent = mail.send(recipient.address(), mailId, notice.subject(), notice.text());
        }
        return sent;
    }

    private Map<Outcome, Integer> count(List<Recipients.Recipient> recipients) {
        Map<Long, Result> results = notices.results(notice.id());
        Map<Outcome, Integer> counts = new EnumMap<>(Outcome.class);
        for (Recipients.Recipient recipient : recipients) {
            Result result = results.get(recipient.id());
            Outcome outcome =
                    result == null
                            ? Outcome.QUEUED
                            : Outcome.parse(result.outcome())
                                    .map(o -> o == Outcome.CLAIMED ? Outcome.IN_DOUBT : o)
                                    .orElse(Outcome.IN_DOUBT);
            counts.merge(outcome, 1, Integer::sum);
        }
        return counts;
    }

    @Override
    public void close() {
        mail.close();
    }
}
