package org.todoku.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code todoku-migrate drill}, beside a real server. */
class DrillCommandTest {
    @TempDir Path folder;

    @Test
    void provesWhatATakeoverWouldBringBackAndTouchesNothing() throws Exception {
        SampleService service =
                new SampleService(folder.resolve("host"), "local-and-archive").setUp();
        Path kit = folder.resolve("kit.html");
        Command made =
                Command.run(
                        "kit", "--config", service.config().toString(), "--out", kit.toString());
        assertThat(made.status()).as(made.toString()).isZero();
        try (Child server = service.serve()) {
            assertThat(service.get("/api/v1/system")).contains("\"lastDrill\":null");
            service.addMembers("a", SampleService.MEMBERS);
            Path report = folder.resolve("out/drill.html");
            Path scratch = folder.resolve("scratch");
            Command drill =
                    Command.run(
                            "drill",
                            "--json",
                            "--kit",
                            kit.toString(),
                            "--scratch",
                            scratch.toString(),
                            "--report",
                            report.toString());
            assertThat(drill.status()).as(drill.toString()).isZero();
            assertThat(drill.out())
                    .contains("\"passed\":true", "\"members\":" + SampleService.MEMBERS + ",");
            System.out.println("figure: drill " + drill.out().strip().lines().toList().getLast());
            assertThat(Files.readString(report)).contains("合格 / passed", "はい / yes");
            assertThat(Files.readString(folder.resolve("out/drill.json")))
                    .contains("\"kit\" : true");
            assertThat(scratch).doesNotExist();
            // The service is the writer still: what it commits now is shipped.
            service.addMembers("b", 1);
            server.signal("TERM");
            server.status();
        }
        Command status = Command.run("status", "--json", "--config", service.config().toString());
        assertThat(status.out())
                .contains("\"drillPassed\":true", "\"epoch\":2", "\"drillCounts\":true");
        try (Child server = service.serve()) {
            Child.await(() -> system(service).contains("\"lastDrillPassed\":true"), "the drill");
            server.signal("TERM");
            server.status();
        }
    }

    /** The process that the server starts at night: with the lines of the kit and nothing else. */
    @Test
    void theServersOwnDrillProvesTheKit() throws Exception {
        SampleService service =
                new SampleService(folder.resolve("host"), "local-and-archive").setUp();
        try (Child server = service.serve()) {
            service.addMembers("a", 3);
            assertThat(server.isAlive()).isTrue();
        }
        Path scratch = service.data().resolve("drill.tmp");
        String[] words = {
            service.key().toString(), scratch.toString(), service.archiveUrl(), "", "", ""
        };
        try (Child drill = Child.start(folder, org.todoku.appliance.DrillProcess.class, words)) {
            assertThat(drill.status()).as(drill.errors()).isZero();
        }
        assertThat(scratch).doesNotExist();
        Command kit =
                Command.run("kit", "--config", service.config().toString(), "--out", folder + "/k");
        assertThat(kit.status()).isZero();
        var read = org.todoku.backup.archive.RecoveryKit.read(folder.resolve("k"));
        try (var archive = ArchiveOptions.open(read)) {
            var newest = new org.todoku.backup.archive.Drills(archive).newest().orElseThrow();
            assertThat(newest.passed()).isTrue();
            assertThat(newest.kit()).isTrue();
        }
    }

    @Test
    void failsWhereSomethingIsMissingAndSaysSo() throws Exception {
        SampleService service =
                new SampleService(folder.resolve("host"), "local-and-archive").setUp();
        try (Child server = service.serve()) {
            service.addMembers("a", 10);
            server.signal("KILL");
            server.status();
        }
        try (Stream<Path> files = Files.walk(service.folder.resolve("archive/base"))) {
            for (Path pack : files.filter(f -> f.endsWith("pack-00001")).toList()) {
                Files.write(pack, new byte[100]);
            }
        }
        List<String> words = new ArrayList<>(List.of("drill", "--json", "--config"));
        words.add(service.config().toString());
        words.add("--report");
        words.add(folder.resolve("drill.html").toString());
        Command drill = Command.run(words.toArray(String[]::new));
        assertThat(drill.status()).as(drill.toString()).isEqualTo(3);
        assertThat(drill.out()).contains("\"passed\":false");
        assertThat(Files.readString(folder.resolve("drill.html"))).contains("NOT PASSED");
        Command status = Command.run("status", "--json", "--config", service.config().toString());
        assertThat(status.out()).contains("\"drillPassed\":false");
    }

    @Test
    void failsWhereAnAttachmentIsNowhere() throws Exception {
        SampleService service =
                new SampleService(folder.resolve("host"), "local-and-archive").setUp();
        try (Child server = service.serve()) {
            service.addMembers("a", 1);
            String kept =
                    service.post("/api/v1/attachments?name=map.pdf", "application/pdf", "%PDF-1.4");
            String id = kept.replaceAll("(?s).*\"id\"\\s*:\\s*\"([0-9a-f]{64})\".*", "$1");
            service.post(
                    "/api/v1/messages",
                    "application/json",
                    """
                    {"subject":"s","body":"b","audience":{"everyone":true},
                     "attachments":[{"id":"%s","name":"map.pdf"}]}"""
                            .formatted(id));
            server.signal("TERM");
            server.status();
        }
        Command whole = Command.run("drill", "--config", service.config().toString());
        assertThat(whole.status()).as(whole.toString()).isZero();
        try (Stream<Path> files = Files.list(service.folder.resolve("archive/blob"))) {
            Files.delete(files.findFirst().orElseThrow());
        }
        Command drill = Command.run("drill", "--config", service.config().toString());
        assertThat(drill.status()).as(drill.toString()).isEqualTo(1);
        assertThat(drill.out()).contains("1 attachments are not in the archive", "map.pdf");
    }

    /** As the server does it at night. */
    @Test
    void heldByTheServerInAProcessOfItsOwn() throws Exception {
        SampleService service = new SampleService(folder.resolve("host"), "local").setUp();
        Path scratch = folder.resolve("scratch");
        String[] words = {
            service.key().toString(), scratch.toString(), service.archiveUrl(), "", "", ""
        };
        try (Child drill = Child.start(folder, org.todoku.appliance.DrillProcess.class, words)) {
            assertThat(drill.status()).as(drill.errors()).isZero();
        }
        assertThat(scratch).doesNotExist();
        Command status = Command.run("status", "--json", "--config", service.config().toString());
        assertThat(status.out()).contains("\"drillPassed\":true");
    }

    @Test
    void showsHowLongItMayTake() throws Exception {
        SampleService service = new SampleService(folder.resolve("host"), "local").setUp();
        Command dry = Command.run("drill", "--dry-run", "--config", service.config().toString());
        assertThat(dry.status()).as(dry.toString()).isZero();
        assertThat(dry.out()).contains("download ", "redo ", "in all");
    }

    private static String system(SampleService service) {
        try {
            return service.get("/api/v1/system");
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
