package org.todoku.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a restore asks of the disk, and in which order, as the kernel sees it. */
class RestoreIsDurableIT {
    private static final Path STRACE = Path.of("/usr/bin/strace");

    @TempDir Path folder;

    @Test
    void everyFileIsForcedBeforeTheDatabaseHasItsName() throws Exception {
        assumeTrue(Files.isExecutable(STRACE), "SKIPPED: no " + STRACE);
        SampleService old = new SampleService(folder.resolve("old"), "local-and-archive").setUp();
        try (Child server = old.serve()) {
            old.addMembers("child", 5);
            assertThat(server.isAlive()).isTrue();
        }
        Path trace = folder.resolve("trace");
        Path data = folder.resolve("restored");
        List<String> command =
                new ArrayList<>(
                        List.of(
                                STRACE.toString(),
                                "-f",
                                "-qq",
                                "-y",
                                "-e",
                                "trace=fsync,fdatasync,rename,renameat,renameat2",
                                "-o",
                                trace.toString(),
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Main.class.getName()));
        command.addAll(
                List.of(
                        "restore",
                        "--archive",
                        old.archiveUrl(),
                        "--key-file",
                        old.key().toString(),
                        "--to",
                        data.toString()));
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("said").toFile())
                        .start();
        assertThat(process.waitFor(3, TimeUnit.MINUTES)).isTrue();
        assumeTrue(
                !Files.readString(folder.resolve("said")).contains("PTRACE"),
                "SKIPPED: no process may be traced here");
        assertThat(process.exitValue()).as(Files.readString(folder.resolve("said"))).isZero();
        judge(Files.readAllLines(trace), data);
    }

    private static void judge(List<String> calls, Path data) throws Exception {
        int named = -1;
        List<String> forced = new ArrayList<>();
        for (String call : calls) {
            if (call.contains("rename") && call.contains(data.resolve("db") + "\"")) {
                named = forced.size();
            }
            if (call.contains("sync(") && call.contains("<" + data)) {
                forced.add(call.replaceAll(".*<([^>]*)>.*", "$1"));
            }
        }
        assertThat(named).as("the rename to db").isPositive();
        List<String> before = forced.subList(0, named);
        try (var files = Files.walk(data.resolve("db"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = data.resolve("db").relativize(file).toString();
                assertThat(before).as(name).anyMatch(path -> path.endsWith("/" + name));
            }
        }
        assertThat(forced.subList(named, forced.size()))
                .as("the folder, after it")
                .contains(data.toString());
    }
}
