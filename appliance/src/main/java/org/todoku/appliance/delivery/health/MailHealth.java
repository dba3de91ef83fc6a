package org.todoku.appliance.delivery.health;

import jakarta.mail.MessagingException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.todoku.appliance.delivery.Dispatcher;
import org.todoku.appliance.delivery.MailSettings;
import org.todoku.appliance.delivery.MailText;
import org.todoku.appliance.delivery.Relay;
import org.todoku.appliance.delivery.RelayTest;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.kernel.Ids;
import org.todoku.appliance.kernel.NamedLoop;
import org.todoku.appliance.store.Database;

/**
 * Asks half a minute after the start and every morning whether mail could be sent now, relay by
 * relay (and again every five minutes while one would not), sends mails to the canary mailboxes and
 * reads them back, and watches for silence all day; a host that was taken over does none of it.
 * Thread-safe. It changes nothing: who looks at it decides.
 */
public final class MailHealth {
    /** Early enough for somebody to do something before the parents get up. */
    static final LocalTime MORNING = LocalTime.of(5, 30);

    /** A mail that has not come by then is not only slow. */
    static final Duration CANARY_PATIENCE = Duration.ofMinutes(15);

    private static final Logger LOG = LoggerFactory.getLogger(MailHealth.class);
    private static final ZoneId ZONE = ZoneId.of("Asia/Tokyo");

    /** A start, and above all one after a takeover, has more urgent things to do. */
    private static final Duration AFTER_START = Duration.ofSeconds(30);

    private static final Duration AGAIN = Duration.ofMinutes(5);
    private static final Duration LOOK = Duration.ofSeconds(20);

    private final Database database;
    private final InstantSource clock;
    private final Parts parts;
    private final NamedLoop loop = new NamedLoop("mail-health", this::turn);
    private final Silence silence = new Silence();
    private Instant next = Instant.MIN;
    private boolean first = true;
    private boolean begun;
    private final List<Flight> flights = new ArrayList<>();
    private volatile State state = new State(List.of(), List.of(), Optional.empty(), 0);

    /** What it asks. */
    public record Parts(
            Dispatcher dispatcher,
            MailSettings settings,
            MailText texts,
            Ids ids,
            List<CanaryMailbox> canaries) {
        public Parts {
            canaries = List.copyOf(canaries);
        }
    }

    /**
     * What is known.
     *
     * @param relays each with its last test; empty before the first, and without relays
     * @param silentSince when nothing has left for ten minutes although mails wait
     * @param waiting mails that could leave now
     */
    public record State(
            List<RelayTest> relays,
            List<Canary> canaries,
            Optional<Instant> silentSince,
            long waiting) {
        public State {
            relays = List.copyOf(relays);
            canaries = List.copyOf(canaries);
        }

        /** Whatever is wrong, a line each. */
        public List<String> problems() {
            List<String> problems = new ArrayList<>();
            silentSince.ifPresent(
                    since ->
                            problems.add(
                                    "no mail has left since %s, and %d wait"
                                            .formatted(since, waiting)));
            for (RelayTest relay : relays) {
                relay.problem().ifPresent(why -> problems.add(relay.relay() + ": " + why));
            }
            for (Canary canary : canaries) {
                canary.problem()
                        .ifPresent(why -> problems.add("canary " + canary.name() + ": " + why));
            }
            return problems;
        }
    }

    /**
     * One mail to a canary mailbox, through one relay.
     *
     * @param name the mailbox's address, and the relay
     * @param took until it was found; empty while it is looked for, or when it was not found
     * @param problem why it is not as it should be
     */
    public record Canary(
            String name, Instant sent, Optional<Duration> took, Optional<String> problem) {}

    /** A mail on its way. */
    private record Flight(CanaryMailbox mailbox, String name, String mailId, Instant sent) {}

    public MailHealth(Database database, InstantSource clock, Parts parts) {
        this.database = database;
        this.clock = clock;
        this.parts = parts;
    }

    public void start() {
        loop.start();
    }

    /** False when the deadline passed first. */
    public boolean stop(Duration deadline) throws InterruptedException {
        return loop.stop(deadline);
    }

    /** From memory. */
    public State now() {
        return state;
    }

    private Duration turn() {
        boolean now = begun;
        begun = true;
        return now ? step() : AFTER_START;
    }

    Duration step() {
        if (database.gate().isFenced() || database.gate().slept()) {
            // Another host has taken over, or may have: nothing leaves from here, canaries neither.
            return LOOK;
        }
        Instant now = clock.instant();
        List<RelayTest> relays = again(now);
        List<Canary> canaries = state.canaries();
        if (!now.isBefore(next)) {
            relays = test(now);
            // Not at every start: whoever restarts ten times must not mail ten times.
            canaries = first ? canaries : release(now);
            first = false;
            next = morningAfter(now);
        }
        canaries = look(canaries, now);
        long waiting = waiting(now);
        Optional<Instant> silent =
                silence.look(now, waiting, parts.dispatcher.status().handedOver());
        State found = new State(relays, canaries, silent, waiting);
        found.problems().stream()
                .filter(problem -> !state.problems().contains(problem))
                .forEach(problem -> LOG.warn("mail: {}", problem));
        state = found;
        return LOOK;
    }

    private List<RelayTest> test(Instant now) {
        return parts.settings.relays().stream().map(relay -> test(relay, now)).toList();
    }

    private RelayTest test(Relay relay, Instant now) {
        return RelayTest.of(relay, parts.settings.domain(), now);
    }

    /** What was wrong is asked again soon: else it would stand there until the next morning. */
    private List<RelayTest> again(Instant now) {
        List<RelayTest> all = new ArrayList<>();
        for (int i = 0; i < state.relays().size(); i++) {
            RelayTest last = state.relays().get(i);
            boolean due = last.problem().isPresent() && !now.isBefore(last.at().plus(AGAIN));
            all.add(due ? test(parts.settings.relays().get(i), now) : last);
        }
        return all;
    }

    private List<Canary> release(Instant now) {
        flights.clear();
        List<Canary> sent = new ArrayList<>();
        for (CanaryMailbox mailbox : parts.canaries) {
            for (Relay relay : parts.settings.relays()) {
                String name = mailbox.address().smtp() + " by " + relay.name();
                var mail = parts.texts.canary(parts.ids.next(), mailbox.address(), now);
                Optional<String> problem =
                        mail.send(relay, parts.settings.domain()).map(why -> "not sent: " + why);
                sent.add(new Canary(name, now, Optional.empty(), problem));
                if (problem.isEmpty()) {
                    flights.add(new Flight(mailbox, name, mail.mailId(), now));
                }
            }
        }
        return sent;
    }

    private List<Canary> look(List<Canary> canaries, Instant now) {
        List<Canary> all = new ArrayList<>(canaries);
        for (Flight flight : List.copyOf(flights)) {
            Optional<Canary> landed = look(flight, now);
            landed.ifPresent(
                    canary -> {
                        flights.remove(flight);
                        all.replaceAll(one -> one.name().equals(flight.name) ? canary : one);
                    });
        }
        return all;
    }

    /** Empty while it may still come. */
    private Optional<Canary> look(Flight flight, Instant now) {
        Duration took = Duration.between(flight.sent, now);
        String trouble = "it has not come within " + CANARY_PATIENCE.toMinutes() + " min";
        try {
            Optional<CanaryMailbox.Found> found = flight.mailbox.look(flight.mailId);
            if (found.isPresent()) {
                boolean junk = found.get() == CanaryMailbox.Found.JUNK;
                return Optional.of(
                        new Canary(
                                flight.name,
                                flight.sent,
                                Optional.of(took),
                                junk
                                        ? Optional.of("it came into another folder than the inbox")
                                        : Optional.empty()));
            }
        } catch (MessagingException e) {
            LOG.debug("the canary mailbox {} cannot be read", flight.name, e);
            trouble = "its mailbox cannot be read: " + e.getMessage();
        }
        return took.compareTo(CANARY_PATIENCE) < 0
                ? Optional.empty()
                : Optional.of(
                        new Canary(
                                flight.name, flight.sent, Optional.empty(), Optional.of(trouble)));
    }

    private long waiting(Instant now) {
        try {
            return database.read(
                    tx ->
                            tx.count(
                                    """
                                    SELECT COUNT(*) AS n FROM delivery d JOIN message m ON m.id = d.message_id
                                    WHERE m.state = 'sending' AND m.send_at <= ?
                                    AND d.outcome IN ('queued', 'deferred')
                                    AND (d.next_attempt IS NULL OR d.next_attempt <= ?)"""
                                            + tx.dialect().stale(),
                                    now,
                                    now));
        } catch (FaultException e) {
            // Storage that does not answer has its own alarm.
            LOG.debug("what waits is not known", e);
            return state.waiting();
        }
    }

    private static Instant morningAfter(Instant now) {
        ZonedDateTime today = now.atZone(ZONE).with(MORNING);
        return (today.toInstant().isAfter(now) ? today : today.plusDays(1)).toInstant();
    }
}
