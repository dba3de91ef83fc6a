package org.todoku.appliance.portable;

import java.util.Arrays;
import java.util.OptionalLong;

/**
 * Ids to ids, in 16 to 64 bytes for each: what is kept in memory of an organisation while its rows
 * pass. Not thread-safe. Ids are not negative.
 */
final class IdMap {
    private static final long FREE = -1;

    private long[] keys = new long[64];
    private long[] values = new long[64];
    private int size;

    IdMap() {
        Arrays.fill(keys, FREE);
    }

    /** Puts it, unless the key is there already; then false. */
    boolean put(long key, long value) {
        if (size * 2 >= keys.length) {
            grow();
        }
        int at = place(key);
        if (keys[at] == key) {
            return false;
        }
        keys[at] = key;
        values[at] = value;
        size++;
        return true;
    }

    OptionalLong get(long key) {
        int at = place(key);
        return keys[at] == key ? OptionalLong.of(values[at]) : OptionalLong.empty();
    }

    boolean has(long key) {
        return keys[place(key)] == key;
    }

    int size() {
        return size;
    }

    /** All keys, rising. */
    long[] sorted() {
        return Arrays.stream(keys).filter(key -> key != FREE).sorted().toArray();
    }

    private int place(long key) {
        // Ids of one millisecond differ in their low bits only.
        long mixed = key * 0x9E3779B97F4A7C15L;
        int at = (int) (mixed >>> 32) & (keys.length - 1);
        while (keys[at] != FREE && keys[at] != key) {
            at = (at + 1) & (keys.length - 1);
        }
        return at;
    }

    private void grow() {
        long[] oldKeys = keys;
        long[] oldValues = values;
        keys = new long[oldKeys.length * 2];
        values = new long[oldKeys.length * 2];
        Arrays.fill(keys, FREE);
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != FREE) {
                int at = place(oldKeys[i]);
                keys[at] = oldKeys[i];
                values[at] = oldValues[i];
            }
        }
    }
}
