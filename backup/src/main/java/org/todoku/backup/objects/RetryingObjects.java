package org.todoku.backup.objects;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.todoku.backup.fault.BackupException;

/**
 * Tries a call again when its fault is retryable: {@value #TRIES} times, with a growing pause and
 * jitter. The only place of this module that retries a store.
 */
public final class RetryingObjects implements ObjectStore {
    private static final int TRIES = 4;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);

    private final ObjectStore inner;

    public RetryingObjects(ObjectStore inner) {
        this.inner = inner;
    }

    @Override
    public boolean create(String key, byte[] content) {
        // A lost reply makes the second try find our own object: the caller compares.
        return retry(() -> inner.create(key, content));
    }

    @Override
    public void replace(String key, byte[] content) {
        retry(
                () -> {
                    inner.replace(key, content);
                    return true;
                });
    }

    @Override
    public Optional<byte[]> get(String key) {
        return retry(() -> inner.get(key));
    }

    @Override
    public List<ObjectInfo> list(String prefix) {
        return retry(() -> inner.list(prefix));
    }

    @Override
    public void delete(String key) {
        retry(
                () -> {
                    inner.delete(key);
                    return true;
                });
    }

    @Override
    public Optional<Instant> clock(String key) {
        return retry(() -> inner.clock(key));
    }

    @Override
    public String location() {
        return inner.location();
    }

    @Override
    public void close() {
        inner.close();
    }

    private static <T> T retry(Supplier<T> call) {
        Duration pause = FIRST_PAUSE;
        for (int tried = 1; ; tried++) {
            try {
                return call.get();
            } catch (BackupException e) {
                if (!e.fault().retryable() || tried == TRIES) {
                    throw e;
                }
            }
            long nanos = pause.toNanos();
            LockSupport.parkNanos(nanos / 2 + ThreadLocalRandom.current().nextLong(nanos));
            pause = pause.multipliedBy(3);
        }
    }
}
