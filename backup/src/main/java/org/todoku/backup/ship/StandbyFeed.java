package org.todoku.backup.ship;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.Feeding;
import org.todoku.backup.archive.Feedings;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.volume.LocalLog;
import org.todoku.backup.volume.LogPosition;
import org.todoku.backup.volume.LogTap;

/**
 * Feeds standbys with the log of one epoch as it is forced, {@value #MOST} at most, and knows what
 * they have on their disks. A commit may rest on a standby only when the archive has been told that
 * this standby is fed; that is taken back once the archive itself has everything that it confirmed
 * (docs/adr/0034). Thread-safe.
 */
public final class StandbyFeed {
    private static final System.Logger LOG = System.getLogger(StandbyFeed.class.getName());
    private static final int MOST = 3;
    private static final Duration SETTLE = Duration.ofSeconds(2);
    private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Source source;
    private final LogShipper shipper;
    private final Feedings feedings;
    private final InstantSource clock;
    private final List<FeedSession> sessions = new CopyOnWriteArrayList<>();
    private final Map<String, FeedSession> last = new ConcurrentHashMap<>();
    private final AtomicLong numbers = new AtomicLong();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private volatile boolean resting;
    private volatile boolean stopped;

    /**
     * Whose log it is.
     *
     * @param alone whether a standby's word alone is enough for a commit
     * @param unheard fed by the epoch before, and silent when this one began
     */
    public record Source(
            Archive archive, long epoch, LocalLog log, boolean alone, List<Feeding> unheard) {
        public Source {
            unheard = List.copyOf(unheard);
        }
    }

    /**
     * What a standby says when it comes.
     *
     * @param standby the owner of its directory
     * @param epoch that it follows
     * @param from where its log ends
     * @param kept where it keeps what it has of another line; empty for nothing
     */
    public record Hello(String standby, String host, long epoch, LogPosition from, String kept) {}

    public StandbyFeed(Source source, LogShipper shipper, InstantSource clock) {
        this.source = source;
        this.shipper = shipper;
        this.feedings = new Feedings(source.archive());
        this.clock = clock;
    }

    /** The tap of the shipper, with the standbys beside it. */
    public LogTap tap() {
        return new FedTap(shipper.tap(), this);
    }

    /**
     * Begins to feed a standby.
     *
     * @throws BackupException {@code FORK} when its log is not one that goes on here
     */
    public synchronized FeedSession attach(Hello hello, FeedSession.Out out) {
        LogPosition end = shipper.forcedEnd();
        if (hello.epoch() != source.epoch()) {
            throw refused(hello, "it follows epoch " + hello.epoch() + ", not " + source.epoch());
        }
        if (hello.from().isAfter(end) || !has(hello.from())) {
            throw refused(hello, "its log ends at " + hello.from() + ", this one's at " + end);
        }
        if (resting || stopped || shipper.isOver()) {
            throw refused(hello, "this host feeds nobody now");
        }
        for (FeedSession old : sessions) {
            if (old.feeding().standby().equals(hello.standby())) {
                old.close("it came again");
            }
        }
        if (sessions.size() >= MOST) {
            throw refused(hello, sessions.size() + " others are fed already");
        }
        Feeding feeding =
                new Feeding(
                        source.epoch(),
                        hello.standby(),
                        numbers.incrementAndGet(),
                        hello.host(),
                        source.alone(),
                        Optional.empty());
        FeedSession session = new FeedSession(this, feeding, hello, source.log(), out);
        session.start(end);
        sessions.add(session);
        last.put(hello.standby(), session);
        // What was forced between the look and the list is told again.
        session.forced(shipper.forcedEnd());
        LOG.log(Level.INFO, "feeding the standby on {0} from {1}", hello.host(), hello.from());
        Thread.ofVirtual().name("standby-note").start(() -> note(session));
        return session;
    }

    private boolean has(LogPosition from) {
        try {
            return source.log().files().contains(from.file());
        } catch (IOException e) {
            return false;
        }
    }

    private static BackupException refused(Hello hello, String why) {
        return new BackupException(
                BackupFault.FORK,
                "feeding the standby on " + hello.host(),
                why,
                "it follows the archive and comes again");
    }

    void written(LogPosition at, byte[] bytes) {
        for (FeedSession session : sessions) {
            session.written(at, bytes);
        }
    }

    void forced(LogPosition upTo) {
        for (FeedSession session : sessions) {
            session.forced(upTo);
        }
    }

    /** Another host is the writer: nothing more is sent from here. */
    boolean isOver() {
        return shipper.isOver();
    }

    Instant now() {
        return clock.instant();
    }

    /** Whether a standby has everything up to there on its disk. */
    boolean awaitHeld(LogPosition upTo, Duration timeout) {
        if (holds(upTo)) {
            return true;
        }
        if (timeout.isZero() || !isFollowed()) {
            return false;
        }
        long left = timeout.toNanos();
        boolean interrupted = Thread.interrupted();
        lock.lock();
        try {
            while (!holds(upTo) && left > 0 && isFollowed()) {
                left = changed.awaitNanos(left);
            }
            return holds(upTo);
        } catch (InterruptedException e) {
            interrupted = true;
            return holds(upTo);
        } finally {
            lock.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private boolean holds(LogPosition upTo) {
        for (FeedSession session : sessions) {
            if (session.holds(upTo)) {
                return true;
            }
        }
        return false;
    }

    boolean isFollowed() {
        for (FeedSession session : sessions) {
            if (session.isThere()) {
                return true;
            }
        }
        return false;
    }

    void changed() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The newest session of each standby that came since the start. */
    public List<FedStatus> status() {
        List<FedStatus> all = new ArrayList<>();
        last.values().forEach(session -> all.add(session.status()));
        for (Feeding unheard : source.unheard()) {
            if (!last.containsKey(unheard.standby())) {
                all.add(FedStatus.unheard(unheard));
            }
        }
        return all;
    }

    /** Tells the archive, then counts. Until it answers the standby is fed and does not count. */
    private void note(FeedSession session) {
        while (!session.isClosed()) {
            try {
                feedings.begin(session.feeding(), clock.instant());
                session.count();
                return;
            } catch (BackupException e) {
                LOG.log(Level.DEBUG, "the standby does not count yet: " + e.getMessage());
                LockSupport.parkNanos(AGAIN_NANOS);
            }
        }
    }

    void ended(FeedSession session) {
        sessions.remove(session);
        changed();
        if (session.counted() && !stopped) {
            Thread.ofVirtual().name("standby-clear").start(() -> clearLater(session));
        }
    }

    private void clearLater(FeedSession session) {
        while (!stopped && !shipper.isOver() && !clear(session)) {
            LockSupport.parkNanos(AGAIN_NANOS);
        }
    }

    /** Takes back that it may have more than the archive; false while it may. */
    private boolean clear(FeedSession session) {
        try {
            if (!session.counted() || shipper.status().fencedBy().isPresent()) {
                return true;
            }
            if (shipper.status().shipped().isBefore(session.held())) {
                return false;
            }
            feedings.clear(session.feeding());
            return true;
        } catch (BackupException e) {
            LOG.log(Level.DEBUG, e.getMessage());
            return false;
        }
    }

    /** Ends all streams: the rest goes to the archive alone. For the moment of a move. */
    public void rest() {
        resting = true;
        endAll("the service moves");
    }

    /** Feeds again. */
    public void resume() {
        resting = false;
    }

    /** When everything is shipped: nobody has more than the archive. */
    public void settle() {
        if (shipper.status().trouble().isPresent()) {
            return;
        }
        try {
            Thread.ofVirtual()
                    .name("standby-settle")
                    .start(() -> last.values().forEach(this::clear))
                    .join(SETTLE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends all streams for good. The shipper goes on after this, and then {@link #settle}. */
    public void stop() {
        stopped = true;
        endAll("the server stops");
    }

    private void endAll(String why) {
        for (FeedSession session : sessions) {
            session.close(why);
        }
    }
}
