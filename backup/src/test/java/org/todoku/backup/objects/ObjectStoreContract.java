package org.todoku.backup.objects;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store must keep; run on each implementation. */
abstract class ObjectStoreContract {
    private static final int PART = RangedGet.PART;

    private ObjectStore store;

    /** A store that is empty. */
    abstract ObjectStore open();

    @BeforeEach
    void openStore() {
        store = open();
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    @Test
    void createsOnceAndKeepsTheFirst() {
        assertThat(store.create("a/b", new byte[] {1})).isTrue();
        assertThat(store.create("a/b", new byte[] {2})).isFalse();
        assertThat(store.get("a/b")).hasValue(new byte[] {1});
    }

    @Test
    void answersEmptyForWhatIsNotThere() {
        assertThat(store.get("none")).isEmpty();
        assertThat(store.list("none/")).isEmpty();
        store.delete("none");
    }

    @Test
    void replacesAndDeletes() {
        store.replace("status/x", new byte[] {1});
        store.replace("status/x", new byte[] {2, 3});
        assertThat(store.get("status/x")).hasValue(new byte[] {2, 3});
        store.delete("status/x");
        assertThat(store.get("status/x")).isEmpty();
    }

    @Test
    void listsByPrefixInOrderWithSizes() {
        for (String key : new String[] {"p/10", "p/02", "p/x/1", "q/1"}) {
            store.create(key, new byte[key.length()]);
        }
        assertThat(store.list("p/"))
                .containsExactly(
                        new ObjectInfo("p/02", 4),
                        new ObjectInfo("p/10", 4),
                        new ObjectInfo("p/x/1", 5));
        assertThat(store.list("p/x")).hasSize(1);
        assertThat(store.list("")).hasSize(4);
    }

    @Test
    void keepsLargeObjectsByteForByte() {
        // Those that are read in parts are: a little more than one, whole parts, several.
        for (int size : new int[] {PART + 13, 2 * PART, 5 * PART - 1, PART}) {
            byte[] content = new byte[size];
            new Random(7).nextBytes(content);
            String key = "large/" + UUID.randomUUID();
            assertThat(store.create(key, content)).isTrue();
            assertThat(store.get(key)).hasValue(content);
        }
    }

    @Test
    void keepsEmptyObjects() {
        assertThat(store.create("empty", new byte[0])).isTrue();
        assertThat(store.get("empty")).hasValue(new byte[0]);
    }
}
