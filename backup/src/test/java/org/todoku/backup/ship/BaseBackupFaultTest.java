package org.todoku.backup.ship;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.backup.TestDatabase;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.ArchiveKey;
import org.todoku.backup.archive.BaseManifest;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.archive.Epoch;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.objects.FolderObjects;
import org.todoku.backup.restore.Restore;
import org.todoku.backup.restore.RestorePlan;
import org.todoku.backup.volume.LocalLog;
import org.todoku.backup.volume.Volume;
import org.todoku.backup.volume.VolumeListener;
import org.todoku.backup.volume.VolumeSettings;

/** A base that is interrupted at each of its puts. */
class BaseBackupFaultTest {
    @TempDir Path root;

    @Test
    void aBaseThatIsInterruptedAtAnyPutCountsForNothing() throws Exception {
        ArchiveKey key = ArchiveKey.generate(new SecureRandom());
        FaultyObjects store = new FaultyObjects(new FolderObjects(root.resolve("archive")));
        Archive archive = Archive.openOrCreate(store, key, InstantSource.system());
        Epoch epoch = new Epoch(1, "me", "here", "", Optional.empty(), "now", "test");
        assertThat(archive.claim(epoch)).isTrue();
        Path directory = root.resolve("db");
        var settings = new ShipSettings(Duration.ofMillis(50), fenced -> {});
        var clock = InstantSource.system();
        var shipper = new LogShipper(archive, epoch, new LocalLog(directory), settings, clock);
        shipper.start(List.of());
        Volume volume =
                Volume.attach(
                        directory, shipper.tap(), VolumeSettings.local(), VolumeListener.NONE);
        var bases = new BaseBackup(archive, shipper, root.resolve("aside"), clock);
        Optional<BaseManifest> newest = Optional.empty();
        int rows = 0;
        int interrupted = 0;
        try (Connection connection =
                        DriverManager.getConnection(volume.jdbcUrl() + ";create=true");
                Statement statement = connection.createStatement()) {
            statement.execute("create table t(id int primary key, text varchar(3000))");
            statement.execute(
                    "call SYSCS_UTIL.SYSCS_BACKUP_DATABASE_AND_ENABLE_LOG_ARCHIVE_MODE('"
                            + root.resolve("copy")
                            + "', 0)");
            var source =
                    new BaseBackup.Source(
                            () -> DriverManager.getConnection(volume.jdbcUrl()), volume, 1, "test");
            for (int put = 1; put <= 8; put++) {
                statement.execute("insert into t values(" + rows++ + ", 'row')");
                store.refuse(atTheNthPutOfABase(put));
                int before = archive.bases().size();
                try {
                    newest = Optional.of(bases.take(source, newest));
                    assertThat(archive.bases()).hasSize(before + 1);
                } catch (BackupException e) {
                    interrupted++;
                    assertThat(archive.bases()).hasSize(before);
                }
                store.refuse(call -> false);
            }
            newest = Optional.of(bases.take(source, newest));
            statement.execute("insert into t values(" + rows++ + ", 'row')");
            assertThat(shipper.awaitShipped(TestDatabase.PATIENCE)).isTrue();
        }
        shutDown(volume.jdbcUrl());
        shipper.stop(Duration.ofSeconds(10));
        volume.detach();
        // A full base of a few pages and an increment are one pack, an index and a manifest each.
        assertThat(interrupted).isEqualTo(3);
        RestorePlan plan = RestorePlan.of(Chain.read(archive), archive.bases(), Optional.empty());
        new Restore(archive, root.resolve("b"), new TestDatabase.Silent()).run(plan);
        assertThat(TestDatabase.rowsOf(root.resolve("b")))
                .isEqualTo(IntStream.range(0, rows).boxed().toList());
    }

    private static java.util.function.Predicate<String> atTheNthPutOfABase(int n) {
        AtomicInteger puts = new AtomicInteger();
        return call -> call.startsWith("create base/") && puts.incrementAndGet() == n;
    }

    private static void shutDown(String url) {
        try (Connection open = DriverManager.getConnection(url + ";shutdown=true")) {
            throw new IllegalStateException("still open: " + open);
        } catch (SQLException e) {
            assertThat(e.getSQLState()).isEqualTo("08006");
        }
    }
}
