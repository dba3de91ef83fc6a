package org.todoku.backup;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.Verification;

/** The archive is read back once a week, by whoever comes first. */
class VerifyingTest {
    @TempDir Path root;

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());

    @BeforeEach
    void makeArchive() throws Exception {
        try (TestDatabase database = TestDatabase.open(root, "a")) {
            database.insert(1, 50);
        }
    }

    @Test
    void readsBackOnceAWeekWhoeverDidItLast() {
        try (Archive archive = TestDatabase.archive(root)) {
            step(archive);
            assertThat(archive.verifications()).hasSize(1);
            // Another host, or the same after a restart, an hour later.
            now.updateAndGet(at -> at.plus(Duration.ofHours(1)));
            assertThat(step(archive)).isEqualTo(archive.verifications().getFirst());
            assertThat(archive.verifications()).hasSize(1);
            now.updateAndGet(at -> at.plus(Duration.ofDays(7)));
            assertThat(step(archive).isWhole()).isTrue();
            assertThat(archive.verifications()).hasSize(2);
        }
    }

    @Test
    void leavesOffWhenTheHostStopsAndKeepsNoHalfResult() {
        try (Archive archive = TestDatabase.archive(root)) {
            AtomicBoolean stopping = new AtomicBoolean();
            // The host has other cares from the start, and is stopped meanwhile.
            Verifying verifying =
                    new Verifying(
                            archive,
                            now::get,
                            () -> {
                                stopping.set(true);
                                return false;
                            });
            verifying.step(stopping::get);
            assertThat(verifying.newest()).isEmpty();
            assertThat(archive.verifications()).isEmpty();
        }
    }

    private Verification step(Archive archive) {
        Verifying verifying = new Verifying(archive, now::get, () -> true);
        verifying.step(() -> false);
        return verifying.newest().orElseThrow();
    }
}
