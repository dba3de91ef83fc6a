package org.todoku.appliance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders that hold members' data for a while. */
class ScratchTest {
    @TempDir Path temporary;

    @Test
    void isThisUsersAloneAndGoneAfterwards() throws Exception {
        Path folder;
        try (Scratch scratch = Scratch.make(temporary, "drill")) {
            folder = scratch.folder();
            Files.writeString(folder.resolve("members"), "x");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(parent(folder))))
                    .isEqualTo("rwx------");
        }
        assertThat(temporary).isEmptyDirectory();
        assertThat(folder).doesNotExist();
    }

    @Test
    void deletesWhatADeadProcessLeftAndNothingElse() throws Exception {
        Path dead = left("todoku-drill-dead", true);
        Path foreign = left("todoku-drill-mine", false);
        Path other = left("todoku-export-dead", true);
        try (Scratch living = Scratch.make(temporary, "drill");
                Scratch next = Scratch.make(temporary, "drill")) {
            assertThat(dead).doesNotExist();
            assertThat(foreign).as("no lock: not ours").exists();
            assertThat(other).as("of another purpose").exists();
            assertThat(living.folder()).as("a living one").exists();
            assertThat(next.folder()).isEmptyDirectory();
        }
    }

    @Test
    void whatIsKeptIsKept() throws Exception {
        Path folder;
        try (Scratch scratch = Scratch.make(temporary, "drill")) {
            folder = scratch.folder();
            scratch.keep();
        }
        try (Scratch next = Scratch.make(temporary, "drill")) {
            assertThat(folder).exists().isNotEqualTo(next.folder());
        }
    }

    private Path left(String name, boolean locked) throws Exception {
        Path root = Files.createDirectories(temporary.resolve(name));
        Files.createDirectory(root.resolve("work"));
        Files.writeString(root.resolve("work/members"), "x");
        return locked ? parent(Files.createFile(root.resolve("lock"))) : root;
    }

    private static Path parent(Path path) {
        return path.toAbsolutePath().resolveSibling("").normalize();
    }
}
