package org.todoku.migrate;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.archive.Epoch;

/**
 * What is recorded of a span of time: the events of the machine, who was the writer, and what the
 * ledger says of the mails. Nothing here is a guess.
 *
 * @param terms a line for each host that became the writer
 * @param refused how long writes were refused, in all
 * @param late mails that were handed over more than five minutes after they were written
 * @param outcomes of the mails that were written in that time
 */
record IncidentFacts(
        Instant from,
        Instant to,
        List<Event> events,
        List<Term> terms,
        Duration refused,
        Duration troubled,
        long late,
        Optional<Duration> latest,
        Map<String, Long> outcomes,
        List<Late> lateMessages,
        List<Held> held) {
    /** A mail that takes longer was late. */
    static final Duration IN_TIME = Duration.ofMinutes(5);

    IncidentFacts {
        events = List.copyOf(events);
        terms = List.copyOf(terms);
        outcomes = Map.copyOf(outcomes);
        lateMessages = List.copyOf(lateMessages);
        held = List.copyOf(held);
    }

    /** From when to when. */
    record Span(Instant from, Instant to) {}

    /** Something changed. */
    record Event(Instant at, String kind, String state, String detail) {
        boolean is(String what, String how) {
            return kind.equals(what) && state.equals(how);
        }
    }

    /**
     * One host became the writer.
     *
     * @param carried what was shipped last before it, and came along
     */
    record Term(Instant at, long epoch, String host, Optional<Instant> carried) {}

    /** A message of which mails were late. */
    record Late(
            String organisation, String subject, Instant written, long mails, Duration latest) {}

    /** A message that waits for a person. */
    record Held(String organisation, String subject, Instant written, long unsent, long inDoubt) {}

    /** When something became so for the first time. */
    Optional<Instant> first(String kind, String state) {
        return events.stream().filter(e -> e.is(kind, state)).map(Event::at).findFirst();
    }

    /** When the storage was normal again after it had last been in trouble; each start says so. */
    Optional<Instant> normalAgain() {
        Optional<Instant> normal = Optional.empty();
        for (Event event : events.reversed()) {
            if (event.is("storage", "normal")) {
                normal = Optional.of(event.at());
            } else if (event.kind().equals("storage")) {
                return normal;
            }
        }
        return Optional.empty();
    }

    static IncidentFacts read(Connection database, Archive archive, Chain chain, Span span)
            throws SQLException {
        Instant from = span.from();
        Instant to = span.to();
        List<Event> events = events(database, from, to);
        long[] late = late(database, from, to);
        return new IncidentFacts(
                from,
                to,
                events,
                terms(archive, chain, span),
                spent(events, "writes", "accepted", to),
                spent(events, "storage", "normal", to),
                late[0],
                late[0] == 0 ? Optional.empty() : Optional.of(Duration.ofMillis(late[1])),
                outcomes(database, from, to),
                lateMessages(database, span),
                held(database));
    }

    private static List<Event> events(Connection database, Instant from, Instant to)
            throws SQLException {
        List<Event> found = new ArrayList<>();
        try (PreparedStatement query =
                database.prepareStatement(
                        "select happened, kind, state, detail from machine_event where happened"
                                + " between ? and ? order by happened, id")) {
            query.setLong(1, from.toEpochMilli());
            query.setLong(2, to.toEpochMilli());
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    found.add(
                            new Event(
                                    Instant.ofEpochMilli(rows.getLong(1)),
                                    rows.getString(2),
                                    rows.getString(3),
                                    rows.getString(4)));
                }
            }
        }
        return found;
    }

    private static List<Term> terms(Archive archive, Chain chain, Span span) {
        List<Term> terms = new ArrayList<>();
        Optional<Instant> carried = Optional.empty();
        for (Chain.Link link : chain.links()) {
            Epoch epoch = link.epoch();
            Instant at = Instant.parse(epoch.claimed());
            if (!at.isBefore(span.from()) && !at.isAfter(span.to())) {
                terms.add(new Term(at, epoch.number(), epoch.host(), carried));
            }
            if (!link.segments().isEmpty()) {
                long last = link.segments().getLast();
                carried =
                        Optional.of(
                                Instant.parse(
                                        archive.segment(epoch.number(), last).segment().shipped()));
            }
        }
        return terms;
    }

    private static List<Late> lateMessages(Connection database, Span span) throws SQLException {
        List<Late> late = new ArrayList<>();
        try (PreparedStatement query =
                database.prepareStatement(
                        """
                        select o.name, m.subject, m.created, count(*), max(d.finished_at - d.created)
                          from delivery d join message m on m.id = d.message_id
                                          join organisation o on o.id = m.organisation_id
                         where d.outcome = 'handedOver' and d.created between ? and ?
                           and d.finished_at - d.created > ?
                         group by o.name, m.subject, m.created, m.id
                         order by m.created, m.subject""")) {
            query.setLong(1, span.from().toEpochMilli());
            query.setLong(2, span.to().toEpochMilli());
            query.setLong(3, IN_TIME.toMillis());
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    late.add(
                            new Late(
                                    rows.getString(1),
                                    rows.getString(2),
                                    Instant.ofEpochMilli(rows.getLong(3)),
                                    rows.getLong(4),
                                    Duration.ofMillis(rows.getLong(5))));
                }
            }
        }
        return late;
    }

    private static List<Held> held(Connection database) throws SQLException {
        List<Held> held = new ArrayList<>();
        try (PreparedStatement query =
                        database.prepareStatement(
                                """
                                select o.name, m.subject, m.created,
                                  sum(case when d.outcome in ('queued', 'deferred') then 1 else 0 end),
                                  sum(case when d.outcome in ('claimed', 'inDoubt') then 1 else 0 end)
                                  from message m join organisation o on o.id = m.organisation_id
                                  left join delivery d on d.message_id = m.id
                                 where m.state = 'onHold'
                                 group by o.name, m.subject, m.created, m.id
                                 order by m.created, m.subject""");
                ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                held.add(
                        new Held(
                                rows.getString(1),
                                rows.getString(2),
                                Instant.ofEpochMilli(rows.getLong(3)),
                                rows.getLong(4),
                                rows.getLong(5)));
            }
        }
        return held;
    }

    /** How long a kind was in another state than the good one; a server that died ends it. */
    private static Duration spent(List<Event> events, String kind, String good, Instant to) {
        Duration spent = Duration.ZERO;
        Instant since = null;
        for (Event event : events) {
            boolean ends =
                    event.kind().equals("server")
                            || (event.kind().equals(kind) && event.state().equals(good));
            if (since != null && ends) {
                spent = spent.plus(Duration.between(since, event.at()));
                since = null;
            } else if (since == null && event.kind().equals(kind) && !ends) {
                since = event.at();
            }
        }
        return since == null ? spent : spent.plus(Duration.between(since, to));
    }

    private static long[] late(Connection database, Instant from, Instant to) throws SQLException {
        try (PreparedStatement query =
                database.prepareStatement(
                        """
                        select count(*), max(finished_at - created) from delivery
                        where outcome = 'handedOver' and created between ? and ?
                          and finished_at - created > ?""")) {
            query.setLong(1, from.toEpochMilli());
            query.setLong(2, to.toEpochMilli());
            query.setLong(3, IN_TIME.toMillis());
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return new long[] {row.getLong(1), row.getLong(2)};
            }
        }
    }

    private static Map<String, Long> outcomes(Connection database, Instant from, Instant to)
            throws SQLException {
        Map<String, Long> outcomes = new LinkedHashMap<>();
        try (PreparedStatement query =
                database.prepareStatement(
                        "select outcome, count(*) from delivery where created between ? and ?"
                                + " group by outcome order by outcome")) {
            query.setLong(1, from.toEpochMilli());
            query.setLong(2, to.toEpochMilli());
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    outcomes.put(rows.getString(1), rows.getLong(2));
                }
            }
        }
        return outcomes;
    }
}
