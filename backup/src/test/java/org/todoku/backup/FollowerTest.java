package org.todoku.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.ArchiveKey;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.objects.FolderObjects;
import org.todoku.backup.objects.ObjectStores;
import org.todoku.backup.objects.StoreLocation;
import org.todoku.backup.restore.Restore;
import org.todoku.backup.restore.RestorePlan;
import org.todoku.backup.restore.Verify;
import org.todoku.backup.ship.Retention;

/** A second archive of a database that another process writes, seen through its files alone. */
class FollowerTest {
    @TempDir Path root;

    private final ArchiveKey key = ArchiveKey.generate(new SecureRandom());

    @BeforeEach
    void makeSecondArchive() {
        second().close();
    }

    @Test
    void followsARunningDatabaseAndRestoresByItself() throws Exception {
        try (TestDatabase database = TestDatabase.open(root, "a");
                Archive source = TestDatabase.archive(root);
                Archive target = second()) {
            database.insert(1, 500);
            try (Follower follower = open(source, target)) {
                follow(follower, database);
                database.insert(1001, 3000);
                follow(follower, database);
            }
            // The next goes on where this one stopped, without a new base.
            database.insert(5001, 200);
            try (Follower follower = open(source, target)) {
                follow(follower, database);
            }
            assertThat(target.bases()).hasSize(1);
            assertThat(restored(target, "b")).isEqualTo(database.rows());
            assertThat(new Verify(target, new Silent(), InstantSource.system()).run().problems())
                    .isEmpty();
        }
    }

    /** After a crash the log may go on differently: what was shipped of the old one is void. */
    @Test
    void beginsAnewWhenTheLogNoLongerJoins() throws Exception {
        try (Archive target = second()) {
            try (TestDatabase database = TestDatabase.open(root, "a");
                    Archive source = TestDatabase.archive(root);
                    Follower follower = open(source, target)) {
                database.insert(1, 500);
                follow(follower, database);
                database.insert(1001, 500);
                follow(follower, database);
                rewriteTheLog();
                assertThatThrownBy(follower::step)
                        .isInstanceOfSatisfying(
                                BackupException.class,
                                e ->
                                        assertThat(e.fault())
                                                .isEqualTo(BackupFault.LOG_NOT_CONTIGUOUS));
            }
        }
    }

    /** A later base lies in the middle of the line, and is the one that is restored. */
    @Test
    void copiesLaterBasesToo() throws Exception {
        try (TestDatabase database = TestDatabase.open(root, "a");
                Archive source = TestDatabase.archive(root);
                Archive target = second()) {
            database.insert(1, 300);
            try (Follower follower = open(source, target)) {
                follow(follower, database);
                database.insert(1001, 2000);
                follow(follower, database);
                database.backup.takeBase();
                database.insert(4001, 300);
                follower.copyBase();
                follow(follower, database);
            }
            assertThat(target.bases()).hasSize(2);
            assertThat(target.bases().getLast().chain().sequence()).isPositive();
            assertThat(restored(target, "b")).isEqualTo(database.rows());
        }
    }

    @Test
    void copiesTheFilesThatBelongToRows() throws Exception {
        byte[] map = {1, 2, 3};
        try (TestDatabase database = TestDatabase.open(root, "a");
                Archive source = TestDatabase.archive(root);
                Archive target = second()) {
            database.insert(1, 10);
            try (Follower follower = open(source, target)) {
                String name = database.backup.blobs().put(map);
                follower.copyFiles();
                assertThat(target.blobs().read(name)).hasValue(map);
                String later = database.backup.blobs().put(new byte[] {4});
                follower.copyFiles();
                assertThat(target.blobs().names()).containsExactlyInAnyOrder(name, later);
            }
        }
    }

    /** The server deletes log that it has shipped itself: a follower that was away too long. */
    @Test
    void beginsAnewWhenTheLogItNeedsIsGone() throws Exception {
        try (TestDatabase database = TestDatabase.open(root, "a");
                Archive source = TestDatabase.archive(root);
                Archive target = second()) {
            database.insert(1, 300);
            try (Follower follower = open(source, target)) {
                follow(follower, database);
            }
            database.insert(1001, 6000);
            database.backup.takeBase();
            database.insert(8001, 300);
            try (Follower follower = open(source, target)) {
                follow(follower, database);
            }
            assertThat(Chain.read(target).links()).hasSize(1);
            assertThat(restored(target, "b")).isEqualTo(database.rows());
        }
    }

    @Test
    void refusesTheServersOwnArchiveAndThatOfAnother() throws Exception {
        try (TestDatabase database = TestDatabase.open(root, "a");
                Archive source = TestDatabase.archive(root);
                Archive again = TestDatabase.archive(root);
                Archive target = second()) {
            database.insert(1, 5);
            assertFenced(() -> open(source, again).close(), "never write the same keys");
            open(source, target).close();
            org.todoku.backup.restore.NodeFile.fresh().write(root.resolve("a"));
            assertFenced(() -> open(source, target).close(), "an archive of its own");
        }
    }

    /** Everything that cares for the server's archive, while the second one lies in its folder. */
    @Test
    void sharesAFolderWithTheServersArchiveAndNothingElse() throws Exception {
        StoreLocation own = StoreLocation.of(root.resolve("archive").toUri().toString());
        try (TestDatabase database = TestDatabase.open(root, "a");
                Archive source = TestDatabase.archive(root)) {
            database.insert(1, 500);
            StoreLocation place = Follower.placeOf(source, own);
            assertThat(place.url().getPath()).endsWith("/archive/second");
            try (Archive target =
                            Archive.openOrCreate(
                                    ObjectStores.open(place), key, InstantSource.system());
                    Follower follower = open(source, target)) {
                assertThat(target.id()).isNotEqualTo(source.id());
                follow(follower, database);
                long epochs = epochs(source);
                database.insert(1001, 500);
                database.backup.takeBase();
                Instant later = Instant.now().plus(Duration.ofDays(400));
                new Retention(source, Duration.ofMillis(1), () -> later).run();
                new Verify(source, new Silent(), InstantSource.system()).run();
                follow(follower, database);
                assertThat(epochs(source)).isEqualTo(epochs).isEqualTo(epochs(target));
                assertThat(source.bases()).hasSizeGreaterThan(target.bases().size());
                assertThat(wrong(source)).isEmpty();
                assertThat(wrong(target)).isEmpty();
                assertThat(restored(target, "b")).isEqualTo(database.rows());
                assertThat(Follower.placeOf(source, place)).isEqualTo(place);
            }
        }
    }

    private static long epochs(Archive archive) {
        return archive.newestEpoch().orElseThrow().number();
    }

    private static List<String> wrong(Archive archive) {
        return new Verify(archive, new Silent(), InstantSource.system()).run().problems();
    }

    /** Flips a byte in the middle of what was handed over last. */
    private void rewriteTheLog() throws Exception {
        var log = new org.todoku.backup.volume.LocalLog(root.resolve("a/db"));
        var end = log.end().orElseThrow();
        try (var file = new java.io.RandomAccessFile(log.file(end.file()).toFile(), "rw")) {
            file.seek(end.offset() - 60);
            int old = file.read();
            file.seek(end.offset() - 60);
            file.write(old ^ 1);
        }
    }

    private static void assertFenced(
            org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String says) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        BackupException.class,
                        e -> {
                            assertThat(e.fault()).isEqualTo(BackupFault.FENCED);
                            assertThat(e).hasMessageContaining(says);
                        });
    }

    private void follow(Follower follower, TestDatabase database) throws Exception {
        assertThat(database.backup.awaitArchived(TestDatabase.PATIENCE)).isTrue();
        // What was confirmed lies on the disk: one look is enough.
        follower.step();
        assertThat(follower.awaitShipped(TestDatabase.PATIENCE)).isTrue();
    }

    private Follower open(Archive source, Archive target) {
        var settings =
                new Follower.FollowSettings(
                        root.resolve("a"), "http://a", "test", Duration.ofMillis(100), 100);
        return Follower.open(source, target, settings, InstantSource.system());
    }

    private Archive second() {
        return Archive.openOrCreate(
                new FolderObjects(root.resolve("second")), key, InstantSource.system());
    }

    private List<Integer> restored(Archive target, String name) throws Exception {
        Path database = root.resolve(name).resolve("db");
        RestorePlan plan = RestorePlan.of(Chain.read(target), target.bases(), Optional.empty());
        new Restore(target, database, new TestDatabase.Silent()).run(plan);
        return TestDatabase.rowsOf(database);
    }

    private static final class Silent implements Verify.Progress {
        @Override
        public void read(String what, long done, long of) {}

        @Override
        public void problem(String what) {}
    }
}
