package org.todoku.backup.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.backup.TestDatabase;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.volume.LocalLog;

/** A control file of another moment, beside a log that is whole. */
class ControlProofTest {
    @TempDir Path root;

    @BeforeEach
    void restoreAndGoOn() throws Exception {
        try (TestDatabase database = TestDatabase.open(root, "a")) {
            database.insert(1, 500);
            database.backup.awaitArchived(TestDatabase.PATIENCE);
            TestDatabase.restore(root, "b", Optional.empty());
            // A base makes a checkpoint: the live directory's control file is newer than the copy.
            database.insert(501, 500);
            database.backup.takeBase();
        }
    }

    @Test
    void aRestoredDirectoryBelongsTogether() throws Exception {
        assertThat(problem()).isEmpty();
        assertThat(TestDatabase.rowsOf(root.resolve("b/db"))).hasSize(500);
    }

    @Test
    void aNewerControlFileIsNamed() throws Exception {
        for (String name : new String[] {"log.ctrl", "logmirror.ctrl"}) {
            Files.delete(log(name));
            Files.copy(root.resolve("a/db/log").resolve(name), log(name));
        }
        assertThat(problem().orElseThrow()).contains("log.ctrl", "none lies there");
    }

    @Test
    void aBrokenOneIsReplacedByItsMirrorAndTwoAreNamed() throws Exception {
        Files.write(log("log.ctrl"), new byte[48]);
        assertThat(problem()).isEmpty();
        Files.delete(log("logmirror.ctrl"));
        assertThat(problem().orElseThrow()).contains("names no checkpoint");
    }

    @Test
    void aLivingDirectoryWithAnotherOnesControlFileDoesNotStart() throws Exception {
        Path elsewhere = Files.createDirectory(root.resolve("elsewhere"));
        try (TestDatabase other = TestDatabase.open(elsewhere, "c")) {
            other.insert(1, 3000);
            other.backup.takeBase();
        }
        for (String name : new String[] {"log.ctrl", "logmirror.ctrl"}) {
            Path own = root.resolve("a/db/log").resolve(name);
            Files.delete(own);
            Files.copy(elsewhere.resolve("c/db/log").resolve(name), own);
        }
        assertThatExceptionOfType(BackupException.class)
                .isThrownBy(() -> TestDatabase.open(root, "a"))
                .satisfies(e -> assertThat(e.fault()).isEqualTo(BackupFault.LOG_NOT_CONTIGUOUS))
                .withMessageContaining("its log.ctrl names a checkpoint")
                .withMessageContaining("takeover");
    }

    private Path log(String name) {
        return root.resolve("b/db/log").resolve(name);
    }

    private Optional<String> problem() throws Exception {
        return ControlProof.problem(new LocalLog(root.resolve("b/db")));
    }
}
