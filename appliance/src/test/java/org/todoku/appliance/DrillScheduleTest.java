package org.todoku.appliance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.web.SystemState;
import org.todoku.appliance.web.SystemState.Drilled;
import org.todoku.appliance.web.SystemState.Level;

/** When the server holds a drill, and when it breaks one off. */
class DrillScheduleTest {
    private static final Instant NIGHT =
            LocalDateTime.of(2026, 11, 26, 3, 0).atZone(ZoneId.systemDefault()).toInstant();

    @TempDir Path data;

    private volatile Level level = Level.NORMAL;
    private Optional<Drilled> last = Optional.empty();

    @Test
    void isHeldAtNightWhenTheLastOneIsOldOrDidNotPass() {
        DrillSchedule schedule = schedule("true");
        assertThat(schedule.isDue(NIGHT)).isTrue();
        assertThat(schedule.isDue(NIGHT.plus(Duration.ofHours(6)))).isFalse();
        last = Optional.of(new Drilled(NIGHT.minus(Duration.ofDays(1)), true, 1, 1));
        assertThat(schedule.isDue(NIGHT)).isFalse();
        assertThat(schedule.isDue(NIGHT.plus(Duration.ofDays(7)))).isTrue();
        last = Optional.of(new Drilled(NIGHT.minus(Duration.ofDays(1)), false, 1, 1));
        assertThat(schedule.isDue(NIGHT)).isTrue();
    }

    /** The process would run for an hour; it ends because the storage turns slow. */
    @Test
    @Timeout(60)
    void isBrokenOffWhenTheStorageTurnsSlow() throws Exception {
        Path begun = data.resolve("begun");
        DrillSchedule schedule =
                schedule("mkdir " + data + "/drill.tmp; echo $$ > " + begun + "; exec sleep 3600");
        Thread holding =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    try {
                                        schedule.hold();
                                    } catch (InterruptedException e) {
                                        throw new IllegalStateException(e);
                                    }
                                });
        while (!Files.exists(begun) || Files.size(begun) == 0) {
            LockSupport.parkNanos(5_000_000);
        }
        long pid = Long.parseLong(Files.readString(begun).strip());
        assertThat(ProcessHandle.of(pid)).isPresent();
        level = Level.SLOW;
        holding.join();
        assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
        assertThat(data.resolve("drill.tmp")).doesNotExist();
    }

    /** After a takeover at night a server has other work. */
    @Test
    void isNotHeldWhileTheServerHasJustStarted() throws Exception {
        Path begun = data.resolve("begun");
        Files.createDirectories(data.resolve("db"));
        Files.createDirectories(data.resolve("drill.tmp/left-by-a-killed-server"));
        DrillSchedule schedule = schedule("touch " + begun);
        assertThat(schedule.step()).isGreaterThanOrEqualTo(Duration.ofMinutes(10));
        assertThat(begun).doesNotExist();
        assertThat(data.resolve("drill.tmp")).doesNotExist();
        schedule.step();
        assertThat(begun).exists();
    }

    /**
     * A server that was killed cannot end its drill. The drill waits here for its key, from a pipe
     * that nobody writes to, and would wait for ever.
     */
    @Test
    @Timeout(60)
    void theProcessEndsWithTheServer() throws Exception {
        Path key = data.resolve("archive.key");
        assertThat(new ProcessBuilder("mkfifo", key.toString()).start().waitFor()).isZero();
        ApplianceConfig.Archive archive =
                new ApplianceConfig.Archive(
                        Optional.of(data.resolve("archive").toUri()),
                        Optional.empty(),
                        Optional.empty(),
                        false,
                        Optional.of(key),
                        Duration.ofSeconds(1),
                        Duration.ofHours(6),
                        Duration.ofDays(14));
        Process drill = new ProcessBuilder(DrillSchedule.process(archive, data)).start();
        try {
            drill.getOutputStream().close();
            assertThat(drill.waitFor()).isEqualTo(DrillProcess.ALONE);
        } finally {
            drill.destroyForcibly();
        }
    }

    /** Whoever changes what is printed hears of it from the next drill. */
    @Test
    void opensTheArchiveWithTheLinesOfTheKit() throws Exception {
        var place = org.todoku.backup.objects.StoreLocation.of("file:///srv/archive");
        var key = org.todoku.backup.archive.ArchiveKey.generate(new java.security.SecureRandom());
        var kit = new org.todoku.backup.archive.RecoveryKit(place, key);
        var read = DrillProcess.printed(kit, data.resolve("drill.tmp"));
        assertThat(read.location()).isEqualTo(place);
        assertThat(read.key().text()).isEqualTo(key.text());
        assertThat(data.resolve("drill.tmp")).doesNotExist();
    }

    private DrillSchedule schedule(String script) {
        return new DrillSchedule(
                this::now, data, List.of("/bin/sh", "-c", script), InstantSource.fixed(NIGHT));
    }

    private SystemState.Snapshot now() {
        return new SystemState.Snapshot(
                1,
                new SystemState.Storage(level, 1, 0, Optional.empty(), Optional.empty()),
                Optional.of(
                        new SystemState.Archive(
                                SystemState.Standing.WRITER,
                                Optional.empty(),
                                0,
                                0,
                                0,
                                0,
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                last)),
                List.of());
    }
}
