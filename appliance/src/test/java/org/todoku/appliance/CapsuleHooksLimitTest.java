package org.todoku.appliance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which hooks travel. */
class CapsuleHooksLimitTest {
    @TempDir Path folder;

    @Test
    void smallExecutablesTravelAndLargeOnesStay() throws Exception {
        assertThat(CapsuleHooks.of(folder.resolve("nowhere"))).isEmpty();
        Path small = hook("a", 100);
        Files.writeString(folder.resolve("notes"), "x");
        assertThat(CapsuleHooks.of(folder)).containsExactly(small);
        hook("b", 300 << 10);
        assertThat(CapsuleHooks.of(folder)).isEmpty();
    }

    private Path hook(String name, int bytes) throws Exception {
        Path file = Files.write(folder.resolve(name), new byte[bytes]);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
