package org.todoku.appliance.bench;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.todoku.backup.objects.ObjectInfo;
import org.todoku.backup.objects.ObjectStore;

/** A store that counts what would be paid for. */
final class CountedPuts implements ObjectStore {
    private final ObjectStore inner;
    private final AtomicLong puts = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong lists = new AtomicLong();

    CountedPuts(ObjectStore inner) {
        this.inner = inner;
    }

    /** Counts at a moment. */
    record Counts(long puts, long bytes, long lists) {
        Counts since(Counts before) {
            return new Counts(puts - before.puts, bytes - before.bytes, lists - before.lists);
        }
    }

    Counts counts() {
        return new Counts(puts.get(), bytes.get(), lists.get());
    }

    @Override
    public boolean create(String key, byte[] content) {
        puts.incrementAndGet();
        bytes.addAndGet(content.length);
        return inner.create(key, content);
    }

    @Override
    public void replace(String key, byte[] content) {
        puts.incrementAndGet();
        inner.replace(key, content);
    }

    @Override
    public Optional<byte[]> get(String key) {
        return inner.get(key);
    }

    @Override
    public List<ObjectInfo> list(String prefix) {
        lists.incrementAndGet();
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
