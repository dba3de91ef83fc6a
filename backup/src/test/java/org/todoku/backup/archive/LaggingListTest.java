package org.todoku.backup.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.objects.BucketProbe;
import org.todoku.backup.objects.FolderObjects;
import org.todoku.backup.objects.LaggingLists;
import org.todoku.backup.volume.LogChunk;
import org.todoku.backup.volume.LogPosition;

/** A listing that does not show the newest objects yet must never make a short chain. */
class LaggingListTest {
    private static final InstantSource CLOCK = InstantSource.system();

    @TempDir Path root;

    @Test
    void noTakeoverGoesOnFromAnEndThatOnlyTheListingHas() {
        LaggingLists store = new LaggingLists(new FolderObjects(root));
        try (Archive archive =
                Archive.openOrCreate(store, ArchiveKey.generate(new SecureRandom()), CLOCK)) {
            archive.claim(
                    new Epoch(1, "old", "old", "", Optional.empty(), "" + CLOCK.instant(), "1"));
            String previous = ship(archive, 1, "");
            previous = ship(archive, 2, previous);
            store.lag();
            ship(archive, 3, previous);
            Chain chain = Chain.read(archive);
            assertThat(chain.links().getLast().segments()).containsExactly(1L, 2L);
            assertThatThrownBy(() -> chain.seal("new"))
                    .isInstanceOfSatisfying(
                            BackupException.class,
                            e -> assertThat(e.fault()).isEqualTo(BackupFault.OBJECT_MISSING))
                    .hasMessageContaining("its last segment is 3, but the listing ends at 2");
            store.catchUp();
            assertThat(chain.seal("new").links().getLast().segments()).containsExactly(1L, 2L, 3L);
        }
    }

    @Test
    void theProbeFindsIt() {
        LaggingLists store = new LaggingLists(new FolderObjects(root));
        store.lag();
        assertThat(new BucketProbe(store, CLOCK).run())
                .filteredOn(check -> !check.kept())
                .extracting(BucketProbe.Check::name)
                .containsExactly("list-after-put");
    }

    private static String ship(Archive archive, long sequence, String previous) {
        var chunk = new LogChunk(new LogPosition(1, sequence * 10), new byte[10]);
        PreparedSegment segment =
                archive.prepare(
                        new Segment(
                                1,
                                sequence,
                                previous,
                                sequence - 1,
                                "" + CLOCK.instant(),
                                List.of(chunk)));
        archive.put(segment);
        return segment.hash();
    }
}
