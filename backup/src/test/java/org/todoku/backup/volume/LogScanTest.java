package org.todoku.backup.volume;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.Arrays;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.backup.ForcePolicy;
import org.todoku.backup.TestDatabase;

class LogScanTest {
    @TempDir Path root;

    @Test
    void findsTheEndOfARealLogAndStopsAtTornAndFlippedBytes() throws Exception {
        byte[] file = realLog();
        int end = (int) LogScan.validEnd(file, 1).orElseThrow();
        assertThat(end).isGreaterThan(LogScan.HEADER);
        // Behind it lies only the room that was made ahead.
        assertThat(Arrays.copyOfRange(file, end, file.length)).containsOnly(0);
        byte[] log = Arrays.copyOf(file, end);
        assertThat(LogScan.validEnd(log, 1)).isEqualTo(OptionalLong.of(end));
        assertThat(LogScan.validEnd(log, 2)).isEmpty();
        assertThat(LogScan.validEnd(Arrays.copyOf(log, 23), 1)).isEmpty();
        long torn = LogScan.validEnd(Arrays.copyOf(log, log.length - 1), 1).orElseThrow();
        assertThat(torn).isLessThan(end).isGreaterThan(end / 2);
        byte[] flipped = log.clone();
        flipped[log.length / 2] ^= 4;
        assertThat(LogScan.validEnd(flipped, 1).orElseThrow()).isLessThanOrEqualTo(end / 2);
    }

    @Test
    void everyCutEndsAtAGroupThatWasThereBefore() throws Exception {
        byte[] log = realLog();
        long last = LogScan.HEADER;
        for (int cut = LogScan.HEADER; cut < Math.min(log.length, 20_000); cut += 7) {
            long end = LogScan.validEnd(Arrays.copyOf(log, cut), 1).orElseThrow();
            assertThat(end).isBetween(last, (long) cut);
            last = end;
        }
        assertThat(last).isGreaterThan(LogScan.HEADER);
    }

    /** The first log file of a database that was shut down in an orderly way. */
    private byte[] realLog() throws Exception {
        Path database = TestDatabase.config(root, "a", ForcePolicy.LOCAL).database();
        Volume volume =
                Volume.attach(database, LogTap.NONE, VolumeSettings.local(), VolumeListener.NONE);
        Files.createDirectories(database.resolveSibling("."));
        try (var connection = DriverManager.getConnection(volume.jdbcUrl() + ";create=true");
                var statement = connection.createStatement()) {
            statement.execute("create table t(id int primary key)");
            statement.execute("insert into t values 1, 2, 3");
        }
        try (var closed = DriverManager.getConnection(volume.jdbcUrl() + ";shutdown=true")) {
            throw new IllegalStateException(closed.toString());
        } catch (java.sql.SQLException expected) {
            volume.detach();
        }
        LocalLog log = new LocalLog(database);
        assertThat(log.files()).hasSize(1);
        return Files.readAllBytes(log.file(1));
    }
}
