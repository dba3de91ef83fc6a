package org.todoku.migrate.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Executables of the operator's own. */
class HooksTest {
    @TempDir Path folder;

    @Test
    void areRunInOrderWithTheFactsInTheirEnvironment() throws Exception {
        hook("20-second", "echo \"second $TODOKU_ADDRESSES\" >> " + folder.resolve("said"));
        hook("10-first", "echo \"first $TODOKU_EPOCH\" >> " + folder.resolve("said"));
        Files.writeString(folder.resolve("README"), "no program");
        Hooks hooks = new Hooks(folder);
        assertThat(hooks.found())
                .extracting(p -> p.getFileName().toString())
                .containsExactly("10-first", "20-second");
        for (Path hook : hooks.found()) {
            hooks.run(hook, Map.of("EPOCH", "4", "ADDRESSES", "192.0.2.7"));
        }
        assertThat(folder.resolve("said")).hasContent("first 4\nsecond 192.0.2.7");
    }

    @Test
    void saysWhatAFailedOneSaidLast() throws Exception {
        Path hook = hook("fails", "echo one; echo 'no such balancer'; exit 7");
        assertThatThrownBy(() -> new Hooks(folder).run(hook, Map.of()))
                .isInstanceOf(NameException.class)
                .hasMessageContaining("ended with 7 and said 'no such balancer'");
    }

    private Path hook(String name, String script) throws Exception {
        Path file = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + script + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }
}
