package org.todoku.backup.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
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
}
