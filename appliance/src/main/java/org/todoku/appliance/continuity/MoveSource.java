package org.todoku.appliance.continuity;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.delivery.Dispatcher;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.store.WriteGate;
import org.todoku.backup.ship.StandbyFeed;

/**
 * The old host's part of a planned move. Call order: {@link #pause} ends the sending of mail,
 * {@link #hold} lets requests that change something wait and ships the rest, then the new host
 * claims the next epoch, and {@link #forward} sends everything on to it. {@link #release} takes all
 * of this back.
 *
 * <p>Promises: until the new epoch is claimed nothing is lost by stopping; when the new host is not
 * heard of for {@link #SILENCE}, this one goes on by itself. Thread-safe.
 */
public final class MoveSource {
    private static final System.Logger LOG = System.getLogger(MoveSource.class.getName());
    private static final Duration SILENCE = Duration.ofSeconds(15);
    private static final Duration SENDING = Duration.ofSeconds(4);
    private static final Duration ANSWERS = Duration.ofSeconds(1);
    private static final Duration SHIPPING = Duration.ofSeconds(2);

    private final Parts parts;
    private long heardNanos;
    private boolean watching;
    private @Nullable URI sentTo;

    /**
     * What is held.
     *
     * @param archive where it lies and what opens it, for the new host
     */
    public record Parts(
            WriteGate gate,
            RequestDoor door,
            Dispatcher dispatcher,
            Optional<Continuity> continuity,
            Optional<ContinuityConfig.ArchivePlace> archive) {}

    public MoveSource(Parts parts) {
        this.parts = parts;
    }

    /** Where the archive lies and what opens it. Whoever is told can read everything in it. */
    public Map<String, String> archive() {
        ContinuityConfig.ArchivePlace place = parts.archive().orElseThrow(MoveSource::noArchive);
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("url", place.url().toString());
        place.endpoint().ifPresent(endpoint -> facts.put("endpoint", endpoint.toString()));
        place.region().ifPresent(region -> facts.put("region", region));
        facts.put("pathStyle", Boolean.toString(place.pathStyle()));
        facts.put("key", key(place.keyFile()));
        return facts;
    }

    private static String key(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new FaultException(
                    Fault.ARCHIVE_KEY_WRONG, "read " + file, e.toString(), "is it there?", e);
        }
    }

    /** Ends the sending of mail: what is claimed is finished and recorded. */
    public void pause() {
        Continuity continuity = parts.continuity().orElseThrow(MoveSource::noArchive);
        if (continuity.isOver()) {
            throw refused("another host has taken over", "look with todoku-migrate status");
        }
        heard();
        try {
            if (!parts.dispatcher().pause(SENDING)) {
                throw refused(
                        "the mails on their way took longer than " + SENDING.toSeconds() + " s",
                        "ask again: what is on its way is fewer each time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw refused("the server is stopping", "start it, then try again");
        }
    }

    /**
     * Lets writers wait and ships the rest.
     *
     * @return how long that took, in milliseconds
     */
    public long hold() {
        Continuity continuity = parts.continuity().orElseThrow(MoveSource::noArchive);
        long begun = System.nanoTime();
        heard();
        boolean quiet = parts.door().hold(ANSWERS) && parts.gate().hold(ANSWERS);
        // From here on the archive has all, and no standby may have more.
        continuity.feed().ifPresent(StandbyFeed::rest);
        if (!quiet || !parts.gate().isOpen() || !continuity.hurryArchived(SHIPPING)) {
            release();
            throw refused(
                    quiet
                            ? "not everything is in the archive within "
                                    + SHIPPING.toSeconds()
                                    + " s"
                            : "requests under way were not answered within "
                                    + ANSWERS.toSeconds()
                                    + " s",
                    "look at the storage and the archive in the console, then try again");
        }
        continuity.feed().ifPresent(StandbyFeed::settle);
        return (System.nanoTime() - begun) / 1_000_000;
    }

    /** The service stays here. */
    public synchronized void release() {
        watching = false;
        if (sentTo == null) {
            parts.gate().release();
            parts.door().release();
            parts.dispatcher().resume();
            parts.continuity().flatMap(Continuity::feed).ifPresent(StandbyFeed::resume);
        }
    }

    /** Sends everything on, once another host is the writer. */
    public void forward(URI to) {
        if (!parts.continuity().map(Continuity::isOver).orElse(false)) {
            throw refused(
                    "this host is still the archive's writer", "the new host claims it first");
        }
        synchronized (this) {
            watching = false;
            sentTo = to;
        }
        parts.gate()
                .close(
                        Fault.FENCED,
                        "the service moved to " + to,
                        "use the service there; this host forwards until it is stopped");
        parts.gate().release();
        parts.door().sendTo(to);
        LOG.log(Level.WARNING, "the service moved to {0}; this host forwards to it", to);
    }

    private synchronized void heard() {
        heardNanos = System.nanoTime();
        if (!watching) {
            watching = true;
            Thread.ofVirtual().name("move-watch").start(this::watch);
        }
    }

    private void watch() {
        while (isWatching()) {
            if (silence().compareTo(SILENCE) > 0) {
                LOG.log(
                        Level.WARNING,
                        "nothing was heard of the new host for {0} s: the service goes on here",
                        SILENCE.toSeconds());
                release();
                return;
            }
            LockSupport.parkNanos(200_000_000);
        }
    }

    private synchronized boolean isWatching() {
        return watching;
    }

    private synchronized Duration silence() {
        return Duration.ofNanos(System.nanoTime() - heardNanos);
    }

    private static FaultException noArchive() {
        return refused(
                "this service has no archive to move through",
                "set archive.url, restart, and let it take its first base");
    }

    private static FaultException refused(String why, String hint) {
        return new FaultException(Fault.CONFLICT, "move the service", why, hint);
    }
}
