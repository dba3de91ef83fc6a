package org.todoku.appliance.delivery;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.kernel.NamedLoop;
import org.todoku.appliance.member.MemberId;
import org.todoku.appliance.message.MessageId;
import org.todoku.appliance.store.Database;

/**
 * Who opened which message. Thread-safe.
 *
 * <p>Noted in memory and written behind, within half a second while storage works, so that no page
 * waits for it. At most 10,000 are kept; beyond that the oldest page view counts and the newest is
 * dropped. What is in memory when the process is killed is lost: the person's next view tells
 * again.
 */
public final class Reads {
    private static final int MOST = 10_000;
    private static final int BATCH = 500;
    private static final Duration INTERVAL = Duration.ofMillis(500);

    private final Database database;
    private final InstantSource clock;
    private final BlockingQueue<Read> noted = new ArrayBlockingQueue<>(MOST);
    private final List<Read> unwritten = new ArrayList<>();
    private final NamedLoop loop = new NamedLoop("reads", this::step);

    private record Key(long message, long member) {}

    private record Read(Key key, Instant at) {}

    public Reads(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    /**
     * Notes it; answers at once. False when too many wait to be written, and this one is dropped.
     */
    public boolean markRead(MessageId message, MemberId member) {
        return noted.offer(new Read(new Key(message.value(), member.value()), clock.instant()));
    }

    /** Starts the writer. */
    public void start() {
        loop.start();
    }

    /** Writes what is left and stops; false when the deadline passed first. */
    public boolean stop(Duration deadline) throws InterruptedException {
        boolean ended = loop.stop(deadline);
        if (ended) {
            Duration rest = step();
            assert !rest.isNegative();
        }
        return ended;
    }

    private Duration step() {
        noted.drainTo(unwritten, BATCH - unwritten.size());
        if (!unwritten.isEmpty()) {
            Set<Key> seen = new HashSet<>();
            List<@Nullable Object[]> rows = new ArrayList<>();
            for (Read read : unwritten) {
                if (seen.add(read.key)) {
                    rows.add(
                            new @Nullable Object[] {
                                read.key.message,
                                read.key.member,
                                read.at,
                                read.key.message,
                                read.key.message,
                                read.key.member
                            });
                }
            }
            // The first view counts. This loop is the only writer, so looking before inserting is
            // enough.
            database.change(
                    tx ->
                            tx.batch(
                                    """
                                    INSERT INTO message_read(message_id, member_id, read_at)
                                    SELECT CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT)
                                    FROM message m WHERE m.id = ? AND NOT EXISTS (
                                      SELECT 1 FROM message_read r WHERE r.message_id = ? AND r.member_id = ?)""",
                                    rows));
            unwritten.clear();
        }
        return noted.isEmpty() ? INTERVAL : Duration.ZERO;
    }
}
