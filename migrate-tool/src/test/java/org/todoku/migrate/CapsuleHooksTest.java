package org.todoku.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The operator's hooks come out of the archive with the configuration, and run. */
class CapsuleHooksTest {
    @TempDir Path folder;

    @Test
    void aHookRunsOnAHostThatHasOnlyTheArchive() throws Exception {
        SampleService old = new SampleService(folder.resolve("old"), "local-and-archive").setUp();
        Path hooks = Files.createDirectories(old.folder.resolve("hooks"));
        Path hook =
                Files.writeString(
                        hooks.resolve("10-tell"),
                        "#!/bin/sh\necho \"$TODOKU_RUNBOOK\" > \"$(dirname \"$0\")/../told\"\n");
        Files.setPosixFilePermissions(hook, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(hooks.resolve("README"), "no program");
        Files.writeString(old.config(), Files.readString(old.config()) + "dns: { hooks: hooks }\n");
        try (Child server = old.serve()) {
            old.addMembers("child", 3);
            assertThat(server.isAlive()).isTrue();
        }
        Path data = folder.resolve("new");
        Command taken =
                Command.run(
                        "takeover",
                        "--archive",
                        old.archiveUrl(),
                        "--key-file",
                        old.key().toString(),
                        "--data",
                        data.toString(),
                        "--no-start",
                        "--yes");
        assertThat(taken.status()).as(taken.err() + taken.out()).isZero();
        assertThat(taken.out()).contains("1 hooks ran");
        assertThat(data.resolve("told")).hasContent("takeover");
        assertThat(data.resolve("hooks/README")).doesNotExist();
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(data.resolve("hooks/10-tell"))))
                .isEqualTo("rwx------");
    }
}
