package org.todoku.backup.volume;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.backup.bench.FrozenFileSystem;

/**
 * A block device that really hangs: a file system in a file that lies on another one, and that one
 * is frozen. So the loop device has requests and answers none, and above it nothing is frozen.
 */
class HangingDeviceIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir Path root;

    @Test
    void namesTheDeviceThatHangs() throws Exception {
        try (FrozenFileSystem below = mount(root.resolve("below"));
                FrozenFileSystem disk = mount(root.resolve("below/disk"))) {
            Path database = root.resolve("below/disk/db");
            Volume volume =
                    Volume.attach(
                            database, LogTap.NONE, VolumeSettings.local(), VolumeListener.NONE);
            try (Connection connection =
                            DriverManager.getConnection(volume.jdbcUrl() + ";create=true");
                    Statement statement = connection.createStatement()) {
                statement.execute("create table t(id int)");
                await(() -> volume.device().isPresent());
                below.freeze(Duration.ofMinutes(1));
                CompletableFuture<Void> waits = CompletableFuture.runAsync(() -> insert(statement));
                await(() -> verdict(volume) == DeviceStatus.Verdict.HANGS);
                String line = volume.device().orElseThrow().line();
                System.err.println("figure: a device that hangs: " + line);
                assertThat(line).matches("device loop\\d+: \\d+ requests in flight, none .* s");
                assertThat(volume.state()).isEqualTo(StorageState.STALLED);
                below.thaw();
                waits.get();
                await(() -> verdict(volume) != DeviceStatus.Verdict.HANGS);
            } finally {
                below.thaw();
                shutDown(volume);
                volume.detach();
            }
            assertThat(disk).isNotNull();
        }
    }

    private static DeviceStatus.Verdict verdict(Volume volume) {
        return volume.device().orElseThrow().verdict();
    }

    private static void insert(Statement statement) {
        try {
            statement.execute("insert into t values (1)");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void shutDown(Volume volume) {
        try (Connection open = DriverManager.getConnection(volume.jdbcUrl() + ";shutdown=true")) {
            throw new IllegalStateException("still open: " + open);
        } catch (SQLException e) {
            assertThat(e.getSQLState()).isEqualTo("08006");
        }
    }

    private static void await(BooleanSupplier wanted) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!wanted.getAsBoolean()) {
            assertThat(System.nanoTime()).as("within " + PATIENCE).isLessThan(end);
            LockSupport.parkNanos(10_000_000);
        }
    }

    private static FrozenFileSystem mount(Path folder) {
        try {
            return FrozenFileSystem.mount(folder);
        } catch (IOException e) {
            System.err.println("SKIPPED: " + e.getMessage());
            return Assumptions.abort(e.getMessage());
        }
    }
}
