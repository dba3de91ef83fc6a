package org.todoku.appliance;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.todoku.appliance.kernel.Ids;
import org.todoku.appliance.store.Tx;

/**
 * What must be true of the data of an appliance whatever happened to it, asked of the rows
 * themselves after a restore: a backup that boots is not yet one that is right. Only reads; each
 * question is one scan or join.
 */
public final class Invariants {
    /** After a restore ids jump ahead by ten minutes. */
    private static final Duration CLOCK = Duration.ofMinutes(15);

    private static final int AT_ONCE = 2;

    private static final List<Rule> RULES =
            List.of(
                    new Rule(
                            "an address belongs to two members of one network",
                            """
                            SELECT COUNT(*) FROM (
                              SELECT organisation_id, address_key FROM contact
                              GROUP BY organisation_id, address_key HAVING COUNT(*) > 1) AS twice"""),
                    new Rule(
                            "a message has two deliveries to one address",
                            """
                            SELECT COUNT(*) FROM (
                              SELECT message_id, contact_id FROM delivery
                              GROUP BY message_id, contact_id HAVING COUNT(*) > 1) AS twice"""),
                    new Rule(
                            "a delivery has no message, member or address",
                            """
                            SELECT COUNT(*) FROM delivery d
                              LEFT JOIN message m ON m.id = d.message_id
                              LEFT JOIN member p ON p.id = d.member_id
                              LEFT JOIN contact c ON c.id = d.contact_id
                             WHERE m.id IS NULL OR p.id IS NULL OR c.id IS NULL"""),
                    new Rule(
                            "a delivery goes to a member of another network than its message",
                            """
                            SELECT COUNT(*) FROM delivery d
                              JOIN message m ON m.id = d.message_id
                              JOIN member p ON p.id = d.member_id
                             WHERE m.organisation_id <> p.organisation_id"""),
                    new Rule(
                            "a delivery goes to an address of another member",
                            """
                            SELECT COUNT(*) FROM delivery d
                              JOIN contact c ON c.id = d.contact_id
                             WHERE c.member_id <> d.member_id"""),
                    new Rule(
                            "a delivery has an outcome that does not exist",
                            """
                            SELECT COUNT(*) FROM delivery WHERE outcome NOT IN ('queued', 'claimed',
                              'handedOver', 'deferred', 'refused', 'suppressed', 'expired', 'inDoubt')"""),
                    new Rule(
                            "a delivery was handed over at no time",
                            """
                            SELECT COUNT(*) FROM delivery
                             WHERE outcome = 'handedOver' AND (finished_at IS NULL OR claimed_at IS NULL)"""),
                    new Rule(
                            "a delivery is claimed at no time",
                            """
                            SELECT COUNT(*) FROM delivery
                             WHERE outcome = 'claimed' AND claimed_at IS NULL"""),
                    new Rule(
                            "a message is done, but not all of its deliveries are",
                            """
                            SELECT COUNT(*) FROM message m
                             WHERE m.state IN ('sent', 'expired') AND EXISTS (
                               SELECT 1 FROM delivery d WHERE d.message_id = m.id
                                  AND d.outcome IN ('queued', 'claimed', 'deferred'))"""),
                    new Rule(
                            "an address belongs to no member, or to one of another network",
                            """
                            SELECT COUNT(*) FROM contact c LEFT JOIN member p ON p.id = c.member_id
                             WHERE p.id IS NULL OR p.organisation_id <> c.organisation_id"""),
                    new Rule(
                            "a profile value belongs to no member, or to an item of another network",
                            """
                            SELECT COUNT(*) FROM profile_value v
                              LEFT JOIN member p ON p.id = v.member_id
                              LEFT JOIN profile_item i ON i.id = v.item_id
                             WHERE p.id IS NULL OR i.id IS NULL
                                OR p.organisation_id <> i.organisation_id"""),
                    new Rule(
                            "somebody read a message that does not exist",
                            """
                            SELECT COUNT(*) FROM message_read r
                              LEFT JOIN message m ON m.id = r.message_id
                              LEFT JOIN member p ON p.id = r.member_id
                             WHERE m.id IS NULL OR p.id IS NULL"""));

    private final Counter counter;

    /** On an open database of the present schema; the connection stays the caller's. */
    public Invariants(Connection connection) {
        this(sql -> number(connection, sql));
    }

    private Invariants(Counter counter) {
        this.counter = counter;
    }

    /** Of what a transaction sees that is not committed yet. */
    static Invariants of(Tx tx) {
        return new Invariants(tx::number);
    }

    /** Answers a question that has one number as its answer. */
    private interface Counter {
        long number(String sql) throws SQLException;
    }

    /** Gives one more connection; whoever asked closes it. */
    @FunctionalInterface
    public interface Connections {
        Connection open() throws SQLException;
    }

    private record Rule(String broken, String count) {
        Optional<String> found(long rows) {
            return rows > 0 ? Optional.of(broken + " (" + rows + ")") : Optional.empty();
        }
    }

    /**
     * Asks all questions.
     *
     * @param now the time of this host: ids are made from clocks
     * @return one line for each rule that does not hold; empty when all do
     */
    public List<String> broken(Instant now) throws SQLException {
        List<String> broken = new ArrayList<>();
        for (Rule rule : RULES) {
            rule.found(counter.number(rule.count())).ifPresent(broken::add);
        }
        clock(now).ifPresent(broken::add);
        return broken;
    }

    /**
     * The same, two questions at once, each on a connection of its own: two of them take most of
     * the time that a large network takes.
     */
    public static List<String> broken(Connections connections, Instant now) throws SQLException {
        List<String> broken = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
            List<Future<Optional<String>>> asked = new ArrayList<>();
            for (Rule rule : RULES) {
                asked.add(threads.submit(() -> rule.found(on(connections, rule.count()))));
            }
            for (Future<Optional<String>> answer : asked) {
                answer.get().ifPresent(broken::add);
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof SQLException fault ? fault : new SQLException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException("interrupted", e);
        }
        try (Connection connection = connections.open()) {
            new Invariants(connection).clock(now).ifPresent(broken::add);
        }
        return broken;
    }

    private static long on(Connections connections, String sql) throws SQLException {
        try (Connection connection = connections.open()) {
            return number(connection, sql);
        }
    }

    private Optional<String> clock(Instant now) throws SQLException {
        Instant newest = Ids.made(newestId());
        return newest.isAfter(now.plus(CLOCK))
                ? Optional.of(
                        "the newest row was made at %s, and here it is %s: set this host's clock"
                                .formatted(newest, now))
                : Optional.empty();
    }

    /** The largest id of any row that was given to somebody outside. */
    private long newestId() throws SQLException {
        long newest = 0;
        for (String table : NewestId.TABLES) {
            newest = Math.max(newest, counter.number("SELECT MAX(id) FROM " + table));
        }
        return newest;
    }

    private static long number(Connection connection, String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    /** How many questions there are. */
    public static int count() {
        return RULES.size() + 1;
    }
}
