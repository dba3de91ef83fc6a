package org.todoku.appliance.survey;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.member.MemberId;
import org.todoku.appliance.message.MessageId;
import org.todoku.appliance.message.Survey;
import org.todoku.appliance.message.Surveys;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.store.Tx;

/** The answers to messages that ask. Thread-safe. The last answer of a person counts. */
public final class Answers {
    private final Database database;
    private final InstantSource clock;

    public Answers(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    /** The way it came. */
    public enum Source {
        PAGE("page"),
        MAIL("mail");

        private final String code;

        Source(String code) {
            this.code = code;
        }
    }

    /** A choice and how many took it. */
    public record Count(String choice, long people) {}

    /**
     * Takes an answer from a member's page.
     *
     * @throws FaultException when the message asks nothing, or has no such choice
     */
    public void answer(MessageId message, MemberId member, int place) {
        database.change(tx -> answer(tx, message, member, place, Source.PAGE));
    }

    /** The same inside a transaction. */
    public void answer(Tx tx, MessageId message, MemberId member, int place, Source source) {
        int choices = Surveys.of(tx, message.value()).map(s -> s.choices().size()).orElse(0);
        if (place < 0 || place >= choices) {
            throw new FaultException(
                    Fault.INVALID_REQUEST,
                    "take the answer",
                    "message " + message + " has no choice " + place,
                    "open the message again and choose one of its answers");
        }
        Instant now = clock.instant();
        int changed =
                tx.update(
                        "UPDATE answer SET place = ?, source = ?, answered_at = ? WHERE message_id = ? AND member_id = ?",
                        place,
                        source.code,
                        now,
                        message.value(),
                        member.value());
        if (changed == 0) {
            tx.update(
                    "INSERT INTO answer(message_id, member_id, place, source, answered_at) VALUES (?, ?, ?, ?, ?)",
                    message.value(),
                    member.value(),
                    place,
                    source.code,
                    now);
        }
    }

    /** What a member answered, as a place in the survey. */
    public Optional<Integer> of(MessageId message, MemberId member) {
        return database.read(
                tx ->
                        tx.queryOne(
                                "SELECT place FROM answer WHERE message_id = ? AND member_id = ?"
                                        + tx.dialect().stale(),
                                row -> row.intValue("place"),
                                message.value(),
                                member.value()));
    }

    /**
     * How many took which choice, in the order of the survey; empty when the message asks nothing.
     */
    public List<Count> tally(MessageId message) {
        return database.read(
                tx -> {
                    List<String> choices =
                            Surveys.of(tx, message.value()).map(Survey::choices).orElse(List.of());
                    if (choices.isEmpty()) {
                        return List.of();
                    }
                    Map<Integer, Long> people =
                            tx
                                    .query(
                                            "SELECT place, COUNT(*) AS n FROM answer WHERE message_id = ? GROUP BY place"
                                                    + tx.dialect().stale(),
                                            row ->
                                                    Map.entry(
                                                            row.intValue("place"),
                                                            row.longValue("n")),
                                            message.value())
                                    .stream()
                                    .collect(
                                            Collectors.toMap(
                                                    Map.Entry::getKey, Map.Entry::getValue));
                    List<Count> counts = new ArrayList<>();
                    for (String choice : choices) {
                        counts.add(new Count(choice, people.getOrDefault(counts.size(), 0L)));
                    }
                    return counts;
                });
    }
}
