package org.todoku.backup.objects;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class MemoryObjectsTest extends ObjectStoreContract {
    @Override
    ObjectStore open() {
        return new MemoryObjects();
    }

    @Test
    void passesTheProbe() {
        assertThat(new BucketProbe(open(), InstantSource.system()).run())
                .allMatch(BucketProbe.Check::kept);
    }
}
