package org.todoku.backup.ship;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.objects.ObjectInfo;
import org.todoku.backup.objects.ObjectStore;

/** A store in memory whose puts of log segments stay on their way until the test lets them go. */
final class HeldObjects implements ObjectStore {
    private final TreeMap<String, byte[]> objects = new TreeMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Set<String> waiting = new HashSet<>();
    private final Set<String> released = new HashSet<>();
    private final Set<String> failing = new HashSet<>();
    private boolean holds = true;

    /** From now on nothing is held. */
    void releaseAll() {
        locked(() -> holds = false);
    }

    /** Lets one arrive. */
    void release(String key) {
        locked(() -> released.add(key));
    }

    /** The next try of this one ends with an error, and nothing is stored. */
    void fail(String key) {
        locked(() -> failing.add(key));
    }

    void remove(String key) {
        locked(() -> objects.remove(key));
    }

    /** The keys of the puts that are on their way now. */
    Set<String> waiting() {
        lock.lock();
        try {
            return Set.copyOf(waiting);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean create(String key, byte[] content) {
        lock.lock();
        try {
            waiting.add(key);
            while (key.startsWith("log/")
                    && holds
                    && !released.contains(key)
                    && !failing.contains(key)) {
                changed.awaitUninterruptibly();
            }
            waiting.remove(key);
            if (failing.remove(key)) {
                throw new BackupException(
                        BackupFault.STORE_UNREACHABLE, "putting " + key, "injected", "none");
            }
            return objects.putIfAbsent(key, content) == null;
        } finally {
            lock.unlock();
        }
    }

    /** Puts past the hold, as another host does whose puts are quick. */
    ObjectStore direct() {
        return new Direct();
    }

    @Override
    public void replace(String key, byte[] content) {
        locked(() -> objects.put(key, content));
    }

    @Override
    public Optional<byte[]> get(String key) {
        lock.lock();
        try {
            return Optional.ofNullable(objects.get(key));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<ObjectInfo> list(String prefix) {
        lock.lock();
        try {
            return objects.entrySet().stream()
                    .filter(entry -> entry.getKey().startsWith(prefix))
                    .map(entry -> new ObjectInfo(entry.getKey(), entry.getValue().length))
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void delete(String key) {
        remove(key);
    }

    @Override
    public String location() {
        return "memory";
    }

    @Override
    public void close() {}

    private void locked(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private final class Direct implements ObjectStore {
        @Override
        public boolean create(String key, byte[] content) {
            lock.lock();
            try {
                return objects.putIfAbsent(key, content) == null;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void replace(String key, byte[] content) {
            HeldObjects.this.replace(key, content);
        }

        @Override
        public Optional<byte[]> get(String key) {
            return HeldObjects.this.get(key);
        }

        @Override
        public List<ObjectInfo> list(String prefix) {
            return HeldObjects.this.list(prefix);
        }

        @Override
        public void delete(String key) {
            remove(key);
        }

        @Override
        public String location() {
            return "memory";
        }

        @Override
        public void close() {}
    }
}
