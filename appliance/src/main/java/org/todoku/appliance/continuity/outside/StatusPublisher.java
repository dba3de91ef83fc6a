package org.todoku.appliance.continuity.outside;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.kernel.NamedLoop;

/**
 * Tells the outside every 30 s that the server lives, and within a second when its storage fares
 * otherwise than before. A host that is not the writer for certain tells nothing, nor does one that
 * finds the words of a later writer there: there must not be two voices. Nobody waits for it.
 */
public final class StatusPublisher {
    private static final Logger LOG = LoggerFactory.getLogger(StatusPublisher.class);
    private static final Duration PAGE_EVERY = Duration.ofHours(1);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    private final PublishPlace place;
    private final Supplier<Optional<OutsideState>> state;
    private final URI service;
    private final InstantSource clock;
    private final NamedLoop loop = new NamedLoop("status-publisher", this::publish);
    private final AtomicReference<@Nullable PublicNotice> owed = new AtomicReference<>();
    private final AtomicBoolean hurry = new AtomicBoolean();
    private Instant pageAt = Instant.MIN;
    private Instant beatAt = Instant.MIN;
    private String lastTold = "";

    /**
     * @param state what may be told now, from memory; empty while this host is not the writer for
     *     certain
     */
    public StatusPublisher(
            PublishPlace place,
            Supplier<Optional<OutsideState>> state,
            URI service,
            InstantSource clock) {
        this.place = place;
        this.state = state;
        this.service = service;
        this.clock = clock;
    }

    public void start() {
        loop.start();
    }

    /** Puts the operator's words on the page. */
    public void tell(PublicNotice notice) {
        place.put(PublicNotice.FILE, notice.json());
        owed.compareAndSet(notice, null);
    }

    /** Puts them there as soon as the place takes them, if no later ones come before. */
    void owe(PublicNotice notice) {
        owed.set(notice);
        hurry.set(true);
        loop.wake();
    }

    /** Whether this host may speak for the service, by all that it and the place know. */
    boolean mayTell() {
        return state.get().filter(told -> !isLaterTold(told.epoch())).isPresent();
    }

    /** What stands there, where it can be read. */
    Optional<PublicNotice> told() {
        return place.get(PublicNotice.FILE).flatMap(PublicNotice::read);
    }

    /** Stops, and says that this is on purpose when this host still is the writer. */
    public void stop(Duration deadline) throws InterruptedException {
        Optional<OutsideState> last = loop.stop(deadline) ? state.get() : Optional.empty();
        try {
            last.ifPresent(
                    told -> place.put(OutsideState.FILE, told.stopped(clock.instant()).json()));
        } catch (FaultException e) {
            LOG.warn("the status page does not say that this is a stop: {}", e.getMessage());
        } finally {
            place.close();
        }
    }

    /** One round: tells when it is time, or when something changed. */
    Duration publish() {
        Optional<OutsideState> told = state.get();
        if (told.isEmpty()) {
            lastTold = "";
            return LOOK_EVERY;
        }
        Instant now = clock.instant();
        boolean hurried = hurry.getAndSet(false);
        if (!hurried && now.isBefore(beatAt) && told.get().state().equals(lastTold)) {
            return LOOK_EVERY;
        }
        if (isLaterTold(told.get().epoch())) {
            LOG.warn("the status page is another host's now, of a later epoch: nothing is told");
            lastTold = "";
            return OutsideState.EVERY;
        }
        if (!now.isBefore(pageAt)) {
            place.put(StatusPage.FILE, StatusPage.html(service));
            pageAt = now.plus(PAGE_EVERY);
        }
        // Reading that took a while: is it still so?
        if (state.get().isPresent()) {
            place.put(OutsideState.FILE, told.get().json());
            beatAt = now.plus(OutsideState.EVERY);
            lastTold = told.get().state();
            PublicNotice waiting = owed.get();
            if (waiting != null) {
                tell(waiting);
            }
        }
        return LOOK_EVERY;
    }

    private boolean isLaterTold(long epoch) {
        try {
            return place.get(OutsideState.FILE)
                    .map(OutsideState::read)
                    .filter(there -> there.epoch() > epoch)
                    .isPresent();
        } catch (FaultException e) {
            // What cannot be read, or is no heartbeat, is no other host's word.
            LOG.debug("the heartbeat that is there says nothing: {}", e.getMessage());
            return false;
        }
    }
}
