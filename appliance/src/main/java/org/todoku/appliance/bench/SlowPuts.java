package org.todoku.appliance.bench;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.todoku.backup.objects.ObjectInfo;
import org.todoku.backup.objects.ObjectStore;

/** A store whose puts take at least so long, as those of a bucket some way off do. */
record SlowPuts(ObjectStore inner, Duration put) implements ObjectStore {
    @Override
    public boolean create(String key, byte[] content) {
        long end = System.nanoTime() + put.toNanos();
        boolean created = inner.create(key, content);
        for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
        return created;
    }

    @Override
    public void replace(String key, byte[] content) {
        inner.replace(key, content);
    }

    @Override
    public Optional<byte[]> get(String key) {
        return inner.get(key);
    }

    @Override
    public List<ObjectInfo> list(String prefix) {
        return inner.list(prefix);
    }

    @Override
    public void delete(String key) {
        inner.delete(key);
    }

    @Override
    public String location() {
        return inner.location();
    }

    @Override
    public void close() {
        inner.close();
    }
}
