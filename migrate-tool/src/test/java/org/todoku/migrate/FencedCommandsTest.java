package org.todoku.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An old host whose service was taken over: each command on its directory says where it is now. */
class FencedCommandsTest {
    private static final String ROW =
            "{\"number\":1,\"table\":\"MEMBER\",\"change\":\"new\",\"key\":[\"ID\"],\"row\":{\"ID\":1},"
                    + "\"before\":null,\"text\":\"x\"}";

    @TempDir Path folder;

    @Test
    void everyCommandOnTheOldDirectorySaysWhereTheServiceIsNow() throws Exception {
        SampleService old = new SampleService(folder.resolve("old"), "local-and-archive").setUp();
        Path file = folder.resolve("aoba.zip");
        assertThat(run(old, "export", "--to", file.toString()).status()).isZero();
        SampleService next = old.next(folder.resolve("next"));
        Files.copy(old.key(), next.key());
        String yaml = Files.readString(next.config());
        Files.writeString(
                next.config(),
                yaml.replaceAll(
                        "public-url: \"[^\"]*\"", "public-url: \"https://new.example.jp\""));
        assertThat(run(next, "takeover", "--no-start", "--yes").status()).isZero();
        Path list = Files.writeString(folder.resolve("list.txt"), "a@example.com\n");
        Path rows = Files.writeString(folder.resolve("rows.jsonl"), ROW + "\n");
        String from = file.toString();
        List<Command> commands =
                List.of(
                        run(old, "backup"),
                        run(old, "export", "--to", folder.resolve("again.zip").toString()),
                        run(old, "import", "--from", from, "--slug", "other"),
                        run(old, "import", "--from", list.toString(), "--format", "mailman"),
                        run(old, "salvage", "--import", rows.toString(), "--select", "all"));
        for (Command command : commands) {
            assertThat(command.status()).as(command.toString()).isEqualTo(3);
            assertThat(command.err()).contains("https://new.example.jp");
        }
    }

    private static Command run(SampleService service, String act, String... more) {
        List<String> words = new ArrayList<>(List.of(act));
        words.addAll(List.of("--data", service.data().toString()));
        words.addAll(List.of("--config", service.config().toString()));
        words.addAll(List.of(more));
        return Command.run(words.toArray(String[]::new));
    }
}
