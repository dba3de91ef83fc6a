package org.todoku.backup;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.ArchiveKey;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.objects.BucketProbe;
import org.todoku.backup.objects.FaultyServer;
import org.todoku.backup.objects.ObjectStores;
import org.todoku.backup.objects.S3Server;
import org.todoku.backup.objects.StoreLocation;
import org.todoku.backup.restore.NodeFile;
import org.todoku.backup.restore.Restore;
import org.todoku.backup.restore.RestorePlan;
import org.todoku.backup.restore.RestoreTarget;
import org.todoku.backup.restore.Verify;
import org.todoku.backup.ship.Compaction;
import org.todoku.backup.ship.Retention;

/**
 * A whole life with credentials that can only add: no deletion, no put over what is there but below
 * {@code status/}. On a real S3 server behind a policy that answers 403.
 */
class AddOnlyIT {
    private static final InstantSource CLOCK = InstantSource.system();
    private static final int STARTS = 4;
    private static final int ROUNDS = 12;

    @TempDir Path root;

    @SuppressWarnings("NullAway.Init") // before each test
    private S3Server server;

    @SuppressWarnings("NullAway.Init")
    private FaultyServer policy;

    @BeforeEach
    void start() throws Exception {
        System.setProperty("aws.accessKeyId", S3Server.ACCESS);
        System.setProperty("aws.secretAccessKey", S3Server.SECRET);
        server = S3Server.s3proxy(Files.createDirectories(root.resolve("s3")));
        policy = new FaultyServer(server.endpoint(), 0, 0).addOnly();
    }

    @AfterEach
    void stop() throws Exception {
        policy.close();
        server.close();
    }

    @Test
    void areEnoughForEverythingButExpiry() throws Exception {
        int rows = live();
        try (Archive archive = archive(adding())) {
            assertThat(new Compaction(archive).run(() -> true)).isPositive();
            assertThat(new Verify(archive, new Silent(), CLOCK).run().problems()).isEmpty();
            assertThat(new BucketProbe(archive.store(), CLOCK).run())
                    .allMatch(BucketProbe.Check::kept);
        }
        refusesToExpireAndSaysSo();
        restores("b");
        assertThat(TestDatabase.rowsOf(root.resolve("b/db"))).isEqualTo(range(rows));
        try (var moved = TestDatabase.open(root, "b", adding())) {
            moved.insert(rows, 50);
            assertThat(moved.backup.awaitArchived(TestDatabase.PATIENCE)).isTrue();
            assertThat(moved.rows()).isEqualTo(range(rows + 50));
        }
        assertWrittenOnce();
        expiresWithOtherCredentials();
        restores("c");
        assertThat(TestDatabase.rowsOf(root.resolve("c/db"))).isEqualTo(range(rows + 50));
    }

    /** Starts, commits, bases and increments. */
    private int live() throws Exception {
        int rows = 0;
        for (int start = 0; start < STARTS; start++) {
            try (var database = TestDatabase.open(root, "a", adding())) {
                assertThat(database.rows()).isEqualTo(range(rows));
                for (int round = 0; round < ROUNDS; round++) {
                    database.insert(rows, 25);
                    rows += 25;
                    assertThat(database.backup.awaitArchived(TestDatabase.PATIENCE)).isTrue();
                    if (round % 5 == 4) {
                        database.backup.takeBase();
                    }
                }
                assertThat(database.backup.status().archive().orElseThrow().trouble()).isEmpty();
            }
        }
        return rows;
    }

    private void refusesToExpireAndSaysSo() {
        try (Archive archive = archive(adding())) {
            var clock = later();
            var retention = new Retention(archive, Duration.ZERO, clock);
            var upkeep =
                    new Upkeep(
                            new Compaction(archive),
                            retention,
                            new Verifying(archive, CLOCK, () -> true),
                            () -> true);
            assertThat(upkeep.expiryHeld()).isEmpty();
            upkeep.step(true);
            assertThat(upkeep.expiryHeld())
                    .hasValueSatisfying(
                            why -> assertThat(why).contains("the store refused", "403"));
            assertThat(retention.run().objects()).isZero();
        }
        assertThat(policy.refused()).anyMatch(call -> call.startsWith("DELETE "));
    }

    private void expiresWithOtherCredentials() {
        int before;
        try (Archive archive = archive(server.location("a"))) {
            before = archive.store().list("").size();
            assertThat(new Retention(archive, Duration.ZERO, later()).run().objects()).isPositive();
            assertThat(archive.store().list("").size()).isLessThan(before);
        }
    }

    /** Leases that could not be deleted count for two days by their own clock. */
    private static InstantSource later() {
        return () -> CLOCK.instant().plus(Duration.ofDays(3));
    }

    private void assertWrittenOnce() {
        Map<String, Integer> puts = policy.puts();
        List<String> twice =
                puts.entrySet().stream()
                        .filter(put -> put.getValue() > 1 && !put.getKey().contains("/status/"))
                        .map(Map.Entry::getKey)
                        .toList();
        assertThat(twice).isEmpty();
        System.out.println(
                "figure: %d puts of %d keys with credentials that can only add, %d calls refused, no key written twice but the heartbeat"
                        .formatted(
                                puts.values().stream().mapToInt(Integer::intValue).sum(),
                                puts.size(),
                                policy.refused().size()));
    }

    private void restores(String name) throws Exception {
        Path target = root.resolve(name);
        try (Archive archive = archive(adding())) {
            Chain chain = Chain.read(archive);
            assertThat(chain.lostTail().or(chain::lostCapsule)).isEmpty();
            RestorePlan plan =
                    RestorePlan.of(chain, archive.catalogue(), new RestoreTarget.Newest());
            Restore.Reached reached =
                    new Restore(archive, target.resolve("db"), new TestDatabase.Silent()).run(plan);
            var restored = new NodeFile.Restored(reached.to(), "archive", "now", false);
            new NodeFile("restored-" + name, Optional.of(restored)).write(target);
        }
    }

    private StoreLocation adding() {
        StoreLocation place = server.location("a");
        return new StoreLocation(
                place.url(), Optional.of(policy.endpoint()), place.region(), place.pathStyle());
    }

    private Archive archive(StoreLocation place) {
        return Archive.open(ObjectStores.open(place), ArchiveKey.read(root.resolve("archive.key")));
    }

    private static List<Integer> range(int to) {
        return IntStream.range(0, to).boxed().toList();
    }

    private static final class Silent implements Verify.Progress {
        @Override
        public void read(String what, long done, long of) {}

        @Override
        public void problem(String what) {}
    }
}
