package org.todoku.backup.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;

class FolderObjectsTest extends ObjectStoreContract {
    @TempDir Path root;

    @Override
    ObjectStore open() {
        return new FolderObjects(root);
    }

    @Test
    void passesTheProbeAndLeavesNothingBehind() {
        ObjectStore store = open();
        assertThat(new BucketProbe(store, InstantSource.system()).run())
                .allMatch(BucketProbe.Check::kept);
        assertThat(store.list("")).isEmpty();
    }

    @Test
    void refusesKeysThatLeadOutside() {
        assertThatThrownBy(() -> open().create("../x", new byte[1]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void saysWhatItWasDoingWhenTheFolderFails() throws Exception {
        Files.writeString(root.resolve("a"), "a file where a folder must be");
        assertThatThrownBy(() -> open().create("a/b", new byte[1]))
                .isInstanceOfSatisfying(
                        BackupException.class,
                        e -> {
                            assertThat(e.fault()).isEqualTo(BackupFault.STORE_UNREACHABLE);
                            assertThat(e)
                                    .hasMessageContaining("writing a/b")
                                    .hasMessageContaining("Hint");
                        });
    }

    /** Each write makes a temporary file for a moment, which a listing may meet and then miss. */
    @Test
    void listsWhatIsThereWhileOthersWriteAndExpire() throws Exception {
        ObjectStore store = open();
        store.create("log/stays", new byte[3]);
        AtomicBoolean over = new AtomicBoolean();
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            for (int writer = 0; writer < 2; writer++) {
                String key = "log/" + writer;
                threads.execute(
                        () -> {
                            while (!over.get()) {
                                store.create(key, new byte[1]);
                                store.delete(key);
                            }
                        });
            }
            try {
                for (int round = 0; round < 2_000; round++) {
                    assertThat(store.list("log/"))
                            .contains(new ObjectInfo("log/stays", 3))
                            .hasSizeLessThanOrEqualTo(3);
                }
            } finally {
                over.set(true);
            }
        }
    }
}
