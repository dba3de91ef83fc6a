package org.todoku.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.RestoredCheck;

/** {@code todoku-migrate salvage}: a server dies with commits that did not leave its disk. */
class SalvageCommandTest {
    private static final int SHIPPED = 10;
    private static final int ONLY_LOCAL = 5;

    @TempDir Path folder;

    @Test
    void listsExactlyWhatDidNotShipAndImportsIt() throws Exception {
        SampleService old = new SampleService(folder.resolve("old"), "local").setUp();
        try (Child server = old.serve()) {
            old.addMembers("a", SHIPPED);
            server.signal("TERM");
            server.status();
        }
        old.configure("60s");
        try (Child server = old.serve()) {
            old.addMembers("b", ONLY_LOCAL);
            server.signal("KILL");
            server.status();
        }
        Path fresh = folder.resolve("new");
        Command taken =
                Command.run(
                        "takeover",
                        "--no-start",
                        "--data",
                        fresh.toString(),
                        "--config",
                        config(old));
        assertThat(taken.status()).as(taken.toString()).isZero();
        Map<String, String> before = hashes(old.data());
        Path rows = folder.resolve("rows.jsonl");
        Path seen = mountedReadOnly(old.data());
        try {
            Command salvage =
                    Command.run(
                            "salvage",
                            "--json",
                            "--from",
                            seen.toString(),
                            "--out",
                            rows.toString(),
                            "--config",
                            config(old));
            assertThat(salvage.status()).as(salvage.toString()).isZero();
            assertThat(salvage.out())
                    .contains("\"MEMBER\":" + ONLY_LOCAL, "\"CONTACT\":" + ONLY_LOCAL);
            assertThat(salvage.out()).doesNotContain("\"change\":\"deleted\"", "a 1");
        } finally {
            unmount(seen);
        }
        assertThat(hashes(old.data())).isEqualTo(before);
        assertThat(
                        Files.readAllLines(rows).stream()
                                .filter(l -> l.contains("\"table\":\"MEMBER\"")))
                .hasSize(ONLY_LOCAL)
                .allMatch(line -> line.contains("\"NAME\":\"b "));

        assertThat(take(rows, fresh, old, "member,contact").out())
                .contains("\"taken\":" + 2 * ONLY_LOCAL);
        assertThat(take(rows, fresh, old, "all").out()).contains("it is there already");
        Map<String, Object> facts = RestoredCheck.run(fresh).facts();
        assertThat(facts)
                .containsEntry("members", (long) SHIPPED + ONLY_LOCAL)
                .containsEntry("broken", List.of());
    }

    /** A message that did not ship, with a file that the archive does not have either. */
    @Test
    void bringsTheFilesThatOnlyTheOldDiskHas() throws Exception {
        SampleService old = new SampleService(folder.resolve("old"), "local").setUp();
        try (Child server = old.serve()) {
            old.addMembers("a", 2);
            server.signal("TERM");
            server.status();
        }
        old.configure("60s");
        String file = "%PDF-1.4 a map of the school";
        try (Child server = old.serve()) {
            String kept =
                    old.post("/api/v1/attachments?name=a.pdf", "application/octet-stream", file);
            String id = kept.replaceAll(".*\"id\":\"([0-9a-f]{64})\".*", "$1");
            String sent =
                    old.post(
                            "/api/v1/messages",
                            "application/json",
                            """
                            {"subject":"x","body":"y","audience":{"everyone":true},
                             "sendAt":"2099-01-01T00:00:00Z","attachments":[{"id":"%s"}]}"""
                                    .formatted(id));
            assertThat(sent).contains("id");
            server.signal("KILL");
            server.status();
        }
        delete(old.folder.resolve("archive/blob"));
        Path rows = folder.resolve("rows.jsonl");
        Command salvage =
                Command.run(
                        "salvage",
                        "--from",
                        old.data().toString(),
                        "--out",
                        rows.toString(),
                        "--config",
                        config(old));
        assertThat(salvage.status()).as(salvage.toString()).isZero();
        assertThat(salvage.out()).contains("1 files of messages are only on the old disk");
        assertThat(only(folder.resolve("rows.jsonl.files"))).hasContent(file);

        Path fresh = folder.resolve("new");
        Command taken =
                Command.run(
                        "takeover",
                        "--no-start",
                        "--data",
                        fresh.toString(),
                        "--config",
                        config(old));
        assertThat(taken.status()).as(taken.toString()).isZero();
        assertThat(take(rows, fresh, old, "all").out()).contains("\"files\":1");
        assertThat(only(fresh.resolve("blobs"))).hasContent(file);
    }

    private static Path only(Path folder) throws Exception {
        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> all = files.filter(Files::isRegularFile).toList();
            assertThat(all).hasSize(1);
            return all.getFirst();
        }
    }

    private static void delete(Path folder) throws Exception {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void saysWhenNothingIsMissing() throws Exception {
        SampleService old = new SampleService(folder.resolve("old"), "local").setUp();
        Command salvage =
                Command.run("salvage", "--from", old.data().toString(), "--config", config(old));
        assertThat(salvage.status()).as(salvage.toString()).isZero();
        assertThat(salvage.out()).contains("nothing is missing");
    }

    @Test
    void refusesWhatIsInUseOrNoOldDirectory() throws Exception {
        SampleService old = new SampleService(folder.resolve("old"), "local").setUp();
        try (Child server = old.serve()) {
            Command salvage =
                    Command.run(
                            "salvage", "--from", old.data().toString(), "--config", config(old));
            assertThat(salvage.status()).as(salvage.toString()).isEqualTo(3);
            assertThat(salvage.err()).contains("a server runs on it");
            server.signal("TERM");
            server.status();
        }
        Command none = Command.run("salvage", "--from", folder.toString(), "--config", config(old));
        assertThat(none.status()).isEqualTo(2);
        assertThat(Command.run("salvage", "--config", config(old)).status()).isEqualTo(2);
    }

    private static Command take(Path rows, Path data, SampleService old, String select) {
        Command taken =
                Command.run(
                        "salvage",
                        "--json",
                        "--import",
                        rows.toString(),
                        "--data",
                        data.toString(),
                        "--config",
                        config(old),
                        "--select",
                        select);
        assertThat(taken.status()).as(taken.toString()).isZero();
        return taken;
    }

    /** Where this user may mount: a bind mount that takes no write at all. */
    private Path mountedReadOnly(Path data) throws Exception {
        Path at = Files.createDirectories(folder.resolve("read-only"));
        boolean bound = run("mount", "--bind", data.toString(), at.toString());
        if (bound && run("mount", "-o", "remount,ro,bind", at.toString())) {
            return at;
        }
        System.out.println("SKIPPED: no read-only mount here, so only the hashes were compared");
        return data;
    }

    private void unmount(Path seen) throws Exception {
        if (seen.endsWith("read-only")) {
            assertThat(run("umount", seen.toString())).isTrue();
        }
    }

    private static boolean run(String... words) throws Exception {
        return new ProcessBuilder(words).redirectErrorStream(true).start().waitFor() == 0;
    }

    private static Map<String, String> hashes(Path root) throws Exception {
        Map<String, String> hashes = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.toList()) {
                String state = Files.getLastModifiedTime(file).toString();
                if (Files.isRegularFile(file)) {
                    byte[] hash =
                            MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
                    state += HexFormat.of().formatHex(hash);
                }
                hashes.put(file.toString(), state);
            }
        }
        return hashes;
    }

    private static String config(SampleService service) {
        return service.config().toString();
    }
}
