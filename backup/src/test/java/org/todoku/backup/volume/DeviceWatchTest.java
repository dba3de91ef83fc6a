package org.todoku.backup.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.backup.volume.BlockDevice.Kernel;
import org.todoku.backup.volume.DeviceStatus.Verdict;

/** The counters of a device, from files as the kernel writes them. */
class DeviceWatchTest {
    private static final long SECOND = 1_000_000_000;

    @TempDir Path root;
    private final Optional<String> byItself = Optional.empty();

    @SuppressWarnings("NullAway.Init") // before each test
    private Kernel kernel;

    @BeforeEach
    void makeAKernel() throws IOException {
        kernel = new Kernel(root.resolve("mountinfo"), root.resolve("sys"));
        Files.writeString(
                kernel.mounts(),
                """
                27 1 254:0 / / rw,relatime - ext4 /dev/root rw
                30 27 8:17 / /var/lib rw shared:7 master:1 - xfs /dev/sdb1 rw
                31 27 0:40 / /over rw - overlay overlay rw
                32 27 0:41 / /pool rw - btrfs /dev/sdc rw
                33 27 8:33 / /my\\040disk rw - ext4 /dev/sdc1 rw
                34 27 8:49 / /my\\040disk rw - ext4 /dev/sdd1 rw
                """);
        for (String device : new String[] {"254:0", "8:17", "8:33", "8:49"}) {
            write(kernel.sys().resolve("dev/block").resolve(device), 1, 0);
        }
        write(kernel.sys().resolve("class/block/sdc"), 1, 0);
    }

    private static void write(Path device, long writes, long inFlight) throws IOException {
        Files.createDirectories(device);
        Files.writeString(
                device.resolve("stat"),
                "  10 0 80 0 %8d 0 0 0 %d 0 0 0 0 0 0 7 0\n".formatted(writes, inFlight));
    }

    @Test
    void findsTheDeviceOfTheInnermostMount() throws IOException {
        assertThat(find("/var/lib/todoku/db")).isEqualTo("8:17");
        assertThat(find("/var/library")).isEqualTo("254:0");
        assertThat(find("/my disk/db")).isEqualTo("8:49");
        assertThat(find("/pool/db")).isEqualTo("sdc");
    }

    private String find(String directory) throws IOException {
        return BlockDevice.find(Path.of(directory), byItself, kernel).name();
    }

    @Test
    void saysWhyThereAreNoCounters() {
        assertThatThrownBy(() -> find("/over/db")).hasMessageContaining("overlay");
        assertThatThrownBy(() -> BlockDevice.find(root, Optional.of("/dev/nvme7n1"), kernel))
                .hasMessageContaining("no block device /dev/nvme7n1");
        assertThat(DeviceWatch.of(root, Optional.of("nvme7n1")).status()).isEmpty();
    }

    @Test
    void tellsAHangingDeviceFromABusyAndAnIdleOne() throws IOException {
        BlockDevice named = BlockDevice.find(root, Optional.of("sdc"), kernel);
        Path device = kernel.sys().resolve("class/block/sdc");
        DeviceWatch watch = DeviceWatch.of(named);
        watch.look(0);
        assertThat(seen(watch).verdict()).isEqualTo(Verdict.IDLE);
        write(device, 101, 31);
        watch.look(SECOND);
        assertThat(seen(watch).verdict()).isEqualTo(Verdict.WORKS);
        assertThat(seen(watch).line())
                .isEqualTo("device sdc: 31 requests in flight, 100 completed a second");
        watch.look(SECOND + SECOND / 4);
        watch.look(7 * SECOND);
        watch.look(13 * SECOND);
        assertThat(seen(watch).line())
                .isEqualTo("device sdc: 31 requests in flight, none completed for 12 s");
        assertThat(seen(watch).quiet()).isEqualTo(Duration.ofSeconds(12));
        write(device, 102, 30);
        watch.look(14 * SECOND);
        assertThat(seen(watch).verdict()).isEqualTo(Verdict.WORKS);
        write(device, 132, 0);
        watch.look(15 * SECOND);
        watch.look(60 * SECOND);
        assertThat(seen(watch).line()).contains("no requests in flight");
        assertThat(seen(watch).quiet()).isZero();
    }

    @Test
    void aDeviceThatIsTakenAwayTellsNothingMore() throws IOException {
        BlockDevice named = BlockDevice.find(root, Optional.of("sdc"), kernel);
        DeviceWatch watch = DeviceWatch.of(named);
        watch.look(0);
        Files.delete(kernel.sys().resolve("class/block/sdc/stat"));
        watch.look(SECOND);
        watch.look(2 * SECOND);
        assertThat(watch.status()).isEmpty();
    }

    private static DeviceStatus seen(DeviceWatch watch) {
        return watch.status().orElseThrow();
    }
}
