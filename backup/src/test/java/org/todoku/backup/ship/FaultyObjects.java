package org.todoku.backup.ship;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.objects.ObjectInfo;
import org.todoku.backup.objects.ObjectStore;

/**
 * A real store that refuses what it is told to, as if the process had died there. Holds everybody
 * to the rule that no key is written twice, not even after it was deleted.
 */
public final class FaultyObjects implements ObjectStore {
    private final ObjectStore inner;
    private final Set<String> created = ConcurrentHashMap.newKeySet();
    private volatile Predicate<String> refuses = call -> false;

    public FaultyObjects(ObjectStore inner) {
        this.inner = inner;
    }

    /**
     * @param calls asked with {@code create KEY}, {@code delete KEY} and so on, before each call
     */
    public void refuse(Predicate<String> calls) {
        refuses = calls;
    }

    @Override
    public boolean create(String key, byte[] content) {
        look("create", key);
        boolean done = inner.create(key, content);
        if (done && !created.add(key)) {
            throw new AssertionError("written twice: " + key);
        }
        return done;
    }

    @Override
    public void replace(String key, byte[] content) {
        look("replace", key);
        if (!key.startsWith("status/")) {
            throw new AssertionError("replaced: " + key);
        }
        inner.replace(key, content);
    }

    @Override
    public Optional<byte[]> get(String key) {
        look("get", key);
        return inner.get(key);
    }

    @Override
    public List<ObjectInfo> list(String prefix) {
        look("list", prefix);
        return inner.list(prefix);
    }

    @Override
    public void delete(String key) {
        look("delete", key);
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

    private void look(String act, String key) {
        if (refuses.test(act + " " + key)) {
            throw new BackupException(
                    BackupFault.STORE_UNREACHABLE, act + " " + key, "a fault of the test", "none");
        }
    }
}
