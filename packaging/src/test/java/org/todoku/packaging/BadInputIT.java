package org.todoku.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.backup.objects.StoreLocation;

/**
 * What goes wrong has a face: one line that says what, on what, why, with a hint, and the status
 * that CONTRACT.md names; and nothing is half done.
 */
class BadInputIT {
    @TempDir Path folder;

    private Host host;

    @BeforeEach
    void makeHost() throws Exception {
        host = new Host(folder.resolve("host"));
    }

    @Test
    void saysWhatToInstallWithoutAJdk25() throws Exception {
        for (String command : new String[] {"build", "todoku", "todoku-migrate"}) {
            Program.Result result =
                    Program.run(
                            Map.of(
                                    "JAVA_HOME", "",
                                    "TODOKU_JVM_DIR", folder.toString(),
                                    "PATH", "/usr/bin:/bin"),
                            command,
                            "--help");
            assertThat(result.status()).as(command).isEqualTo(1);
            assertThat(result.err()).contains("no JDK 25").contains("temurin-25-jdk");
        }
    }

    @Test
    void wrongConfigurationStopsTheStart() throws Exception {
        Files.writeString(host.config(), "http: { prot: 8080 }\n");
        for (String[] words :
                new String[][] {
                    {"check-config", "--config", host.config().toString()},
                    {
                        "serve",
                        "--data",
                        folder.resolve("d").toString(),
                        "--config",
                        host.config().toString()
                    }
                }) {
            Program.Result result = Program.run("todoku", words);
            expect(result, 2, "http.prot");
            assertThat(result.err()).contains("port");
        }
        Files.writeString(host.config(), "volume: { stall-after: soon }\n");
        Program.Result result =
                Program.run("todoku", "check-config", "--config", host.config().toString());
        expect(result, 2, "stall-after");
        assertThat(result.err()).contains("soon");
    }

    @Test
    void refusesAPlaceItCannotUse() throws Exception {
        host.configure(Optional.empty(), 9, 50);
        Path file = Files.writeString(folder.resolve("a-file"), "x");
        expect(serve(file.resolve("data")), 1, "a-file");
        try (ServerSocket taken =
                new ServerSocket(host.httpPort, 1, InetAddress.getLoopbackAddress())) {
            expect(serve(folder.resolve("data")), 1, String.valueOf(taken.getLocalPort()));
        }
        assertThat(Files.exists(folder.resolve("data/db"))).isTrue();
    }

    @Test
    void refusesAWrongKeyAndAnArchiveThatDoesNotAnswer() throws Exception {
        Path archive = folder.resolve("archive");
        StoreLocation place = StoreLocation.of(archive.toUri().toString());
        host.configure(Optional.of(place), 9, 50);
        host.setUp(folder.resolve("data"));
        String key = Files.readString(host.key());
        Host other = new Host(folder.resolve("other"));
        other.configure(
                Optional.of(StoreLocation.of(folder.resolve("archive2").toUri().toString())),
                9,
                50);
        other.setUp(folder.resolve("data2"));
        Files.writeString(host.key(), Files.readString(other.key()));
        expect(serve(folder.resolve("data")), 2, "key");
        Files.writeString(host.key(), key.replace("todoku-key", "dotoku-key"));
        expect(serve(folder.resolve("data")), 2, host.key().toString());
        Files.writeString(host.key(), key);
        StoreLocation nowhere =
                StoreLocation.of("s3://bucket/x", "http://127.0.0.1:9", "us-east-1", true);
        host.environment.putAll(Map.of("AWS_ACCESS_KEY_ID", "a", "AWS_SECRET_ACCESS_KEY", "b"));
        host.configure(Optional.of(nowhere), 9, 50);
        Program.Result waited = serve(folder.resolve("data"));
        String[] said = waited.err().strip().split("\\R");
        assertThat(said).as(waited.toString()).hasSize(2);
        assertThat(said[0]).contains("waiting up to 30 s for the archive");
        assertThat(said[1]).contains("s3://bucket/x", "Hint: ");
        assertThat(waited.status()).isEqualTo(1);
        host.configure(Optional.of(place), 9, 50);
        try (Program server = host.serve(folder.resolve("data"))) {
            assertThat(server.output()).contains("ready");
        }
    }

    @Test
    void migrateRefusesAndSaysWhy() throws Exception {
        expect(Program.run("todoku-migrate", "status"), 2, "--kit");
        expect(Program.run("todoku-migrate", "unknown"), 2, "unknown");
        expect(Program.run("todoku-migrate", "status", "--archive", "ftp://x"), 2, "ftp://x");
        Path archive = folder.resolve("archive");
        host.configure(Optional.of(StoreLocation.of(archive.toUri().toString())), 9, 50);
        host.setUp(folder.resolve("data"));
        String[] place = {"--archive", archive.toUri().toString(), "--key-file"};
        Program.Result full =
                Program.run(
                        "todoku-migrate",
                        "restore",
                        place[0],
                        place[1],
                        place[2],
                        host.key().toString(),
                        "--to",
                        folder.resolve("data").toString());
        expect(full, 3, "not empty");
        Program.Result early =
                Program.run(
                        "todoku-migrate",
                        "restore",
                        place[0],
                        place[1],
                        place[2],
                        host.key().toString(),
                        "--to",
                        folder.resolve("r").toString(),
                        "--at",
                        "2020-01-01T00:00:00Z");
        expect(early, 3, "no base is that old");
        Program.Result none =
                Program.run(
                        "todoku-migrate",
                        "list",
                        "--archive",
                        folder.resolve("nothing").toUri().toString(),
                        "--key-file",
                        host.key().toString());
        expect(none, 1, "todoku-archive.json");
    }

    @Test
    void refusesWhatARunningServerCannotTake() throws Exception {
        try (MailServer relay = MailServer.start()) {
            host.configure(Optional.empty(), relay.port(), 50);
            Path data = folder.resolve("data");
            host.setUp(data);
            try (Program server = host.serve(data)) {
                expect(serve(data), 3, "another process");
                byte[] picture = new byte[4000];
                new java.util.Random(1).nextBytes(picture);
                assertThatThrownBy(() -> host.post("/api/v1/members/import", "text/csv", picture))
                        .hasMessageContaining("400")
                        .hasMessageContaining("invalid-request");
                assertThat(host.get("/api/v1/members").get("items")).isEmpty();
                String subject = "{\"subject\":\"" + "長".repeat(500) + "\",\"body\":\"x\",";
                assertThatThrownBy(
                                () ->
                                        host.post(
                                                "/api/v1/messages",
                                                subject + "\"audience\":{\"everyone\":true}}"))
                        .hasMessageContaining("too-large");
                assertThat(smtp("SIZE=99999999", "aoba@example.jp")).startsWith("552");
                assertThat(smtp("", "nobody@example.jp")).startsWith("550");
                loopIsNotAnswered(relay);
                assertThat(server.output().lines()).hasSize(1);
            }
        }
    }

    /** A mail from our own address, and an automatic one, get no answer that could come back. */
    private void loopIsNotAnswered(MailServer relay) throws Exception {
        assertThat(smtp("", "aoba@example.jp", "From: aoba@example.jp", "")).startsWith("250");
        String[] automatic = {"From: robot@example.org", "Auto-Submitted: auto-replied", ""};
        assertThat(smtp("", "aoba@example.jp", automatic)).startsWith("250");
        assertThat(smtp("", "aoba@example.jp", "From: person@example.org", "")).startsWith("250");
        long deadline = System.nanoTime() + 30_000_000_000L;
        while (relay.mails().isEmpty()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
        }
        // The person's answer came, so the two before it have been dealt with.
        assertThat(relay.mails())
                .extracting(MailServer.Mail::to)
                .containsOnly("person@example.org");
    }

    /** One mail by hand; the first answer that is not as in a good dialogue, or the last. */
    private String smtp(String size, String to, String... lines) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), host.smtpPort);
                BufferedReader in =
                        new BufferedReader(
                                new InputStreamReader(
                                        socket.getInputStream(), StandardCharsets.US_ASCII));
                Writer out = writer(socket)) {
            String answer = answer(in);
            String from = "person@example.org";
            for (String line : lines) {
                if (line.startsWith("From: ")) {
                    from = line.substring("From: ".length());
                }
            }
            for (String command :
                    new String[] {
                        "EHLO test",
                        ("MAIL FROM:<" + from + "> " + size).strip(),
                        "RCPT TO:<" + to + ">",
                        "DATA",
                        String.join("\r\n", lines) + "\r\n."
                    }) {
                out.write(command + "\r\n");
                out.flush();
                answer = answer(in);
                if (answer.charAt(0) > '3') {
                    break;
                }
            }
            return answer;
        }
    }

    private static Writer writer(Socket socket) throws Exception {
        return new java.io.OutputStreamWriter(socket.getOutputStream(), StandardCharsets.US_ASCII);
    }

    private static String answer(BufferedReader in) throws Exception {
        String line = in.readLine();
        while (line.length() > 3 && line.charAt(3) == '-') {
            line = in.readLine();
        }
        return line;
    }

    private Program.Result serve(Path data) throws Exception {
        return Program.run(
                host.environment,
                "todoku",
                "serve",
                "--data",
                data.toString(),
                "--config",
                host.config().toString());
    }

    private static void expect(Program.Result result, int status, String says) {
        assertThat(result.status()).as(result.toString()).isEqualTo(status);
        assertThat(result.err().strip().lines()).as(result.toString()).hasSize(1);
        assertThat(result.err()).contains(says).contains("Hint: ");
    }
}
