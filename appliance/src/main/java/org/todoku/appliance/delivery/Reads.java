package org.todoku.appliance.delivery;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.kernel.NamedLoop;
import org.todoku.appliance.member.MemberId;
import org.todoku.appliance.message.MessageId;
import org.todoku.appliance.store.Database;

/**
 * Who opened which message. Thread-safe.
 *
 * <p>Written by one thread in batches: what comes while one is written goes with the next, so a
 * thousand people who open an urgent message at once cost a few commits. No page waits for it, only
 * the note that the page sends afterwards. At most 10,000 are kept; beyond that the oldest page
 * view counts and the newest is dropped. What was not confirmed when the process is killed may be
 * lost: the person's next view tells again.
 */
public final class Reads {
    private static final int MOST = 10_000;
    private static final int BATCH = 500;
    private static final Duration INTERVAL = Duration.ofMillis(500);
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Database database;
    private final InstantSource clock;
    private final BlockingQueue<Read> noted = new ArrayBlockingQueue<>(MOST);
    private final List<Read> unwritten = new ArrayList<>();
    private final NamedLoop loop = new NamedLoop("reads", this::step);

    private record Key(long message, long member) {}

    private record Read(Key key, Instant at, CompletableFuture<Boolean> written) {}

    public Reads(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    /**
     * Notes it, and waits for a moment until it is committed.
     *
     * @return true when it is committed; false when it still waits for the storage, or was dropped
     *     because too many wait
     */
    public boolean markRead(MessageId message, MemberId member) {
        Key key = new Key(message.value(), member.value());
        Read read = new Read(key, clock.instant(), new CompletableFuture<>());
        if (!noted.offer(read)) {
            return false;
        }
        loop.wake();
        return read.written.completeOnTimeout(false, PATIENCE.toMillis(), MILLISECONDS).join();
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
            unwritten.forEach(read -> read.written.complete(true));
            unwritten.clear();
        }
        return noted.isEmpty() ? INTERVAL : Duration.ZERO;
    }
}
