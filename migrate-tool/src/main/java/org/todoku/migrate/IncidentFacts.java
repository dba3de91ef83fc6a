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
        long onHold) {
    /** A mail that takes longer was late. */
    static final Duration IN_TIME = Duration.ofMinutes(5);

    IncidentFacts {
        events = List.copyOf(events);
        terms = List.copyOf(terms);
        outcomes = Map.copyOf(outcomes);
    }

    /** Something changed. */
    record Event(Instant at, String kind, String state, String detail) {}

    /** One host became the writer. */
    record Term(Instant at, long epoch, String host) {}

    static IncidentFacts read(Connection database, Chain chain, Instant from, Instant to)
            throws SQLException {
        List<Event> events = events(database, from, to);
        long[] late = late(database, from, to);
        return new IncidentFacts(
                from,
                to,
                events,
                terms(chain, from, to),
                spent(events, "writes", "accepted", to),
                spent(events, "storage", "normal", to),
                late[0],
                late[0] == 0 ? Optional.empty() : Optional.of(Duration.ofMillis(late[1])),
                outcomes(database, from, to),
                count(database, "select count(*) from message where state = 'onHold'"));
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

    private static List<Term> terms(Chain chain, Instant from, Instant to) {
        List<Term> terms = new ArrayList<>();
        for (Chain.Link link : chain.links()) {
            Epoch epoch = link.epoch();
            Instant at = Instant.parse(epoch.claimed());
            if (!at.isBefore(from) && !at.isAfter(to)) {
                terms.add(new Term(at, epoch.number(), epoch.host()));
            }
        }
        return terms;
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

    private static long count(Connection database, String sql) throws SQLException {
        try (PreparedStatement query = database.prepareStatement(sql);
                ResultSet row = query.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }
}
