package org.todoku.appliance.member;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.kernel.NamedLoop;

/**
 * Wishes to leave that are taken even while the storage refuses writes: mail programs send them
 * once and show no error (RFC 8058). Thread-safe.
 *
 * <p>What cannot be written now waits in memory, 10,000 at most, and is written when the storage
 * takes it. It is lost when the process is killed before that; the member then still gets mails and
 * can leave again.
 */
public final class Leaving {
    private static final Logger LOG = LoggerFactory.getLogger(Leaving.class);
    private static final int MOST = 10_000;
    private static final int SERVICE_UNAVAILABLE = 503;
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private final Members members;
    private final BlockingQueue<Wish> waiting = new ArrayBlockingQueue<>(MOST);
    private final NamedLoop loop = new NamedLoop("leaving", this::step);
    private @Nullable Wish next;

    private record Wish(OrganisationId organisation, MemberId member) {}

    public Leaving(Members members) {
        this.members = members;
    }

    public void start() {
        loop.start();
    }

    /** Writes what it can and stops; false when the deadline passed first. */
    public boolean stop(Duration deadline) throws InterruptedException {
        return loop.stop(deadline);
    }

    /**
     * Takes the member out.
     *
     * @return true when that is committed; false when it is noted and will be
     * @throws FaultException when it cannot even be noted
     */
    public boolean leave(OrganisationId organisation, MemberId member) {
        try {
            // Who had left before has left.
            members.leave(organisation, member);
            return true;
        } catch (FaultException e) {
            boolean later = e.fault().httpStatus() == SERVICE_UNAVAILABLE;
            if (!later || !waiting.offer(new Wish(organisation, member))) {
                throw e;
            }
            LOG.info("a member's wish to leave waits for the storage: {}", e.getMessage());
            return false;
        }
    }

    private Duration step() {
        Wish wish = next == null ? waiting.poll() : next;
        // Kept until it is written: a step that fails is taken again.
        next = wish;
        if (wish == null) {
            return INTERVAL;
        }
        members.leave(wish.organisation, wish.member);
        next = null;
        return Duration.ZERO;
    }
}
