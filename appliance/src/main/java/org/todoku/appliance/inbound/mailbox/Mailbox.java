package org.todoku.appliance.inbound.mailbox;

import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.delivery.Durability;
import org.todoku.appliance.inbound.Intake;
import org.todoku.appliance.inbound.Letterhead;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.kernel.NamedLoop;

/**
 * Takes what arrives in a mailbox: told by the server (IDLE) or, where it cannot, asked every 30 s.
 *
 * <p>A mail is stored first and marked read then; whoever dies in between finds it unread and
 * stores it again, which changes nothing. A lost connection is made anew after 0.5 s, doubled, 30 s
 * at most; a refused password only every 5 minutes, for providers close accounts over that.
 */
public final class Mailbox {
    private static final Logger LOG = LoggerFactory.getLogger(Mailbox.class);

    /** A server may close what idles for 30 minutes (RFC 2177); routers forget sooner. */
    private static final Duration IDLE = Duration.ofMinutes(5);

    private static final Duration POLL = Duration.ofSeconds(30);
    private static final Duration REFUSED = Duration.ofMinutes(5);
    private static final Duration ARCHIVE_WAIT = Duration.ofSeconds(10);

    /** Mails of a round: so many are stored before they are marked read together. */
    private static final int BATCH = 50;

    private final MailboxPlace place;
    private final Parts parts;
    private final Tempo tempo;
    private final NamedLoop loop = new NamedLoop("mailbox", this::step);
    private volatile MailboxStatus status;
    private final AtomicReference<@Nullable MailboxConnection> live = new AtomicReference<>();

    /** Mails that this connection could not give us; looked at again in the next one. */
    private final Set<Long> skipped = new HashSet<>();

    /** Stored, and not marked read yet because the archive does not have them. */
    private final Set<Long> stored = new HashSet<>();

    /**
     * What it works with.
     *
     * @param onMail called after mails were stored; returns at once
     */
    public record Parts(
            Intake intake,
            Durability durability,
            InstantSource clock,
            SSLSocketFactory tls,
            Runnable onMail) {}

    /** How long it idles and rests. */
    record Tempo(Duration idle, Duration poll) {}

    public Mailbox(MailboxPlace place, Parts parts) {
        this(place, parts, new Tempo(IDLE, POLL));
    }

    Mailbox(MailboxPlace place, Parts parts, Tempo tempo) {
        this.place = place;
        this.parts = parts;
        this.tempo = tempo;
        this.status = MailboxStatus.before(place, parts.clock.instant());
    }

    public void start() {
        loop.start();
    }

    /** From memory. */
    public MailboxStatus status() {
        return status;
    }

    /** Cuts the connection: what was not marked read comes again. */
    public boolean stop(Duration deadline) throws InterruptedException {
        // Asked first, so that the cut is not taken for a fault.
        boolean ended = loop.stop(Duration.ZERO);
        Optional.ofNullable(live.get()).ifPresent(MailboxConnection::cut);
        return ended || loop.stop(deadline);
    }

    private Duration step() throws InterruptedException {
        if (parts.intake.isFenced()) {
            // The mailbox is the new host's now: nothing in it may be marked from here.
            lost("another host has taken over");
            return REFUSED;
        }
        try {
            MailboxConnection connection = connected();
            takeAll(connection);
            if (!connection.idles()) {
                return tempo.poll;
            }
            if (!loop.stopping() && !connection.moreCame()) {
                connection.idle(tempo.idle);
            }
            return Duration.ZERO;
        } catch (AuthenticationFailedException e) {
            lost("the server refuses the sign-in: " + e.getMessage());
            return REFUSED;
        } catch (MessagingException e) {
            if (loop.stopping()) {
                return Duration.ZERO;
            }
            lost(String.valueOf(e.getMessage()));
            throw new FaultException(
                    Fault.MAILBOX_UNREACHABLE,
                    "read the mailbox of " + place,
                    String.valueOf(e.getMessage()),
                    "does the server answer there, and is its certificate known? it is tried again",
                    e);
        }
    }

    private MailboxConnection connected() throws MessagingException {
        MailboxConnection open = live.get();
        if (open != null && open.isOpen()) {
            return open;
        }
        close();
        MailboxConnection fresh = MailboxConnection.open(place, new Lifeline(parts.tls));
        live.set(fresh);
        skipped.clear();
        stored.clear();
        LOG.info("the mailbox of {} is open", place);
        status = status.opened(fresh.idles(), parts.clock.instant());
        return fresh;
    }

    private void takeAll(MailboxConnection connection)
            throws MessagingException, InterruptedException {
        List<MailboxConnection.Lying> all =
                connection.unread().stream().filter(m -> !skipped.contains(m.uid())).toList();
        for (int begin = 0; begin < all.size() && !loop.stopping(); begin += BATCH) {
            takeBatch(connection, all.subList(begin, Math.min(all.size(), begin + BATCH)));
        }
    }

    private void takeBatch(MailboxConnection connection, List<MailboxConnection.Lying> mails)
            throws MessagingException, InterruptedException {
        List<MailboxConnection.Lying> safe = new ArrayList<>();
        int fresh = 0;
        for (MailboxConnection.Lying mail : mails) {
            if (stored.contains(mail.uid())) {
                safe.add(mail);
            } else {
                OptionalInt taken = take(connection, mail);
                if (taken.isPresent()) {
                    stored.add(mail.uid());
                    safe.add(mail);
                    fresh += taken.getAsInt() > 0 ? 1 : 0;
                }
            }
        }
        if (fresh > 0) {
            status = status.took(fresh, parts.clock.instant());
            parts.onMail.run();
        }
        if (safe.isEmpty()) {
            return;
        }
        if (parts.durability.awaitArchived(ARCHIVE_WAIT)) {
            connection.read(safe);
            safe.forEach(mail -> stored.remove(mail.uid()));
        } else {
            trouble("stored, but not in the archive yet: " + safe.size() + " mails stay unread");
        }
    }

    /** How many were new; empty for one that is left where it is. */
    private OptionalInt take(MailboxConnection connection, MailboxConnection.Lying mail)
            throws MessagingException {
        if (mail.bytes() > Intake.MAX_BYTES) {
            setAside(connection, mail, "has " + mail.bytes() + " bytes; 10 MB are taken");
            return OptionalInt.empty();
        }
        try {
            byte[] raw = MailboxConnection.bytes(mail);
            Letterhead head = Letterhead.read(raw);
            Map<String, OrganisationId> recipients = head.recipients(parts.intake);
            if (recipients.isEmpty()) {
                setAside(connection, mail, "is for no address of ours");
                return OptionalInt.empty();
            }
            return OptionalInt.of(
                    parts.intake.take(head.sender(), Intake.Client.UNKNOWN, recipients, raw));
        } catch (MessagingException e) {
            if (!connection.isOpen()) {
                throw e;
            }
            // This one cannot be read now; those behind it can.
            skipped.add(mail.uid());
            trouble("mail " + mail.uid() + ": " + e.getMessage());
            return OptionalInt.empty();
        } catch (FaultException e) {
            if (!isOfTheMail(e.fault())) {
                throw e;
            }
            setAside(connection, mail, e.why());
            return OptionalInt.empty();
        }
    }

    /** All other faults are ours, and the mail waits for us or for the host that takes over. */
    private static boolean isOfTheMail(Fault fault) {
        return fault == Fault.INVALID_REQUEST || fault == Fault.TOO_LARGE;
    }

    private void setAside(MailboxConnection connection, MailboxConnection.Lying mail, String why)
            throws MessagingException {
        connection.setAside(mail);
        trouble("mail " + mail.uid() + " " + why + "; it is flagged in the mailbox");
        status = status.oneMoreAside();
    }

    private void trouble(String line) {
        LOG.warn("the mailbox of {}: {}", place, line);
        status = status.troubled(line, parts.clock.instant());
    }

    private void lost(String line) {
        close();
        Instant now = parts.clock.instant();
        status = status.troubled(line, now).lost(now);
    }

    private void close() {
        Optional.ofNullable(live.getAndSet(null)).ifPresent(MailboxConnection::close);
    }
}
