package org.todoku.backup.objects;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.ArchiveKey;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.archive.Epoch;
import org.todoku.backup.archive.PreparedSegment;
import org.todoku.backup.archive.SealedSegment;
import org.todoku.backup.archive.Segment;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.objects.FaultyServer.Fate;
import org.todoku.backup.volume.LogChunk;
import org.todoku.backup.volume.LogPosition;

/**
 * A real S3 server behind a bad network: a third of all requests go wrong. Nothing is confirmed
 * that is not there, nothing is read that is not whole, and a second try finds its own object.
 */
class FaultyStoreIT {
    private static final int SEGMENTS = 60;
    private static final int TRIES = 20;

    @TempDir Path folder;

    @BeforeAll
    static void credentials() {
        System.setProperty("aws.accessKeyId", S3Server.ACCESS);
        System.setProperty("aws.secretAccessKey", S3Server.SECRET);
    }

    @Test
    void anArchiveBehindABadNetworkIsWhole() throws Exception {
        long seed = new SecureRandom().nextLong();
        try (S3Server real = S3Server.s3proxy(Files.createDirectories(folder.resolve("s3")));
                FaultyServer faulty = new FaultyServer(real.endpoint(), seed, 1 / 3.0)) {
            StoreLocation good = real.location("a");
            StoreLocation bad =
                    new StoreLocation(
                            good.url(), Optional.of(faulty.endpoint()), good.region(), true);
            ArchiveKey key = ArchiveKey.generate(new SecureRandom());
            InstantSource clock = InstantSource.system();
            List<PreparedSegment> shipped = new java.util.ArrayList<>();
            ObjectStore store = ObjectStores.open(bad);
            try (Archive archive = again(() -> Archive.openOrCreate(store, key, clock))) {
                Epoch epoch =
                        new Epoch(1, "o", "h", "", Optional.empty(), "" + clock.instant(), "1");
                assertThat(again(() -> archive.claim(epoch))).as("our own claim").isTrue();
                assertThat(again(() -> archive.claim(other(epoch)))).as("another's").isFalse();
                String previous = "";
                for (int n = 1; n <= SEGMENTS; n++) {
                    PreparedSegment segment = archive.prepare(segment(n, previous));
                    again(
                            () -> {
                                archive.put(segment);
                                return true;
                            });
                    previous = segment.hash();
                    shipped.add(segment);
                }
                Chain chain = again(() -> Chain.read(archive));
                assertThat(chain.links().getLast().segments()).hasSize(SEGMENTS);
                for (int n = 1; n <= SEGMENTS; n++) {
                    int number = n;
                    SealedSegment read = again(() -> archive.segment(1, number));
                    assertThat(read.hash()).isEqualTo(shipped.get(n - 1).hash());
                }
            }
            for (Fate fate : Fate.values()) {
                assertThat(faulty.seen()).as("seed " + seed).containsKey(fate);
            }
            System.out.println("figure: requests behind a bad network " + faulty.seen());
        }
    }

    /** As the shipper does: what may be tried again is, anything else is a failure. */
    private static <T> T again(Supplier<T> call) {
        for (int tried = 1; ; tried++) {
            try {
                return call.get();
            } catch (BackupException e) {
                if (!e.fault().retryable() || tried == TRIES) {
                    throw e;
                }
            }
        }
    }

    private static Epoch other(Epoch epoch) {
        return new Epoch(epoch.number(), "other", "h", "", Optional.empty(), epoch.claimed(), "1");
    }

    private static Segment segment(int number, String previous) {
        byte[] bytes = new byte[2000];
        new java.util.Random(number).nextBytes(bytes);
        var chunk = new LogChunk(new LogPosition(1, number * 2000L), bytes);
        return new Segment(
                1, number, previous, number - 1L, "2026-11-24T00:00:00Z", List.of(chunk));
    }
}
