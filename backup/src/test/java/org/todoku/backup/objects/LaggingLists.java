package org.todoku.backup.objects;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A store that does not list what was created last, as an eventually consistent one. */
public final class LaggingLists implements ObjectStore {
    private final ObjectStore inner;
    private final Set<String> hidden = new HashSet<>();
    private boolean lagging;

    public LaggingLists(ObjectStore inner) {
        this.inner = inner;
    }

    /** From now on what is created shows in no listing. */
    public void lag() {
        lagging = true;
    }

    /** The listing has caught up. */
    public void catchUp() {
        lagging = false;
        hidden.clear();
    }

    @Override
    public boolean create(String key, byte[] content) {
        if (lagging) {
            hidden.add(key);
        }
        return inner.create(key, content);
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
        List<ObjectInfo> seen = new ArrayList<>(inner.list(prefix));
        seen.removeIf(info -> hidden.contains(info.key()));
        return seen;
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
