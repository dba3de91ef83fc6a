package org.todoku.appliance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Exit statuses and the one line that says what went wrong. */
class CommandLineTest {
    @TempDir Path folder;

    private record Result(int status, String out, String err) {}

    @Test
    void printsTheEffectiveConfiguration() throws IOException {
        Path file = Files.writeString(folder.resolve("t.yaml"), "http: { port: 9000 }");
        Result result = run("check-config", "--config", file.toString());
        assertThat(result.status).isZero();
        assertThat(result.out).contains("port: 9000").contains("stall-after: 250ms");
    }

    @Test
    void refusesAWrongConfigurationWithItsLine() throws IOException {
        Path file = Files.writeString(folder.resolve("t.yaml"), "http:\n  prot: 9000\n");
        Result result = run("check-config", "--config", file.toString());
        assertThat(result.status).isEqualTo(2);
        assertOneLine(
                result, "line 2: http.prot is not a known key. Hint: did you mean http.port?");
        assertThat(run("serve", "--data", folder.resolve("d").toString(), "--config", "none.yaml"))
                .extracting(Result::status)
                .isEqualTo(2);
    }

    @Test
    void refusesWrongUsage() {
        assertThat(run().status).isEqualTo(2);
        assertOneLine(run("serve"), "--data");
        assertOneLine(run("sevre"), "sevre");
        assertThat(run("serve", "--no-such").status).isEqualTo(2);
        assertThat(run("--help").out).contains("serve").contains("demo");
        assertThat(run("--version").out).startsWith("todoku ");
    }

    @Test
    void setsUpOnceAndRefusesASecondTime() throws IOException {
        Path data = folder.resolve("data");
        Result first = setup(data);
        assertThat(first.status).as("%s", first).isZero();
        String[] lines = first.out.strip().split("\n");
        assertThat(lines[lines.length - 1]).matches("token \\S{20,}");
        Result second = setup(data);
        assertThat(second.status).isEqualTo(1);
        assertOneLine(second, "set up already");
    }

    @Test
    void refusesADirectoryThatAnotherProcessUses() throws IOException {
        Path data = folder.resolve("data");
        try (DataDirectory claimed = DataDirectory.claim(data)) {
            Result result = run("serve", "--data", claimed.path().toString());
            assertThat(result.status).isEqualTo(3);
            assertOneLine(result, "another process");
        }
    }

    @Test
    void refusesADirectoryThatCannotBeWritten() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        Result result = run("serve", "--data", file.resolve("data").toString());
        assertThat(result.status).isEqualTo(1);
        assertOneLine(result, "cannot be written");
    }

    @Test
    void saysThatThePortIsTaken() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Path data = Files.createDirectories(folder.resolve("data"));
            Files.writeString(
                    data.resolve("todoku.yaml"),
                    "http: { port: " + socket.getLocalPort() + " }\nmail: { listen: ~ }\n");
            Result result = run("serve", "--data", data.toString());
            assertThat(result.status).isEqualTo(1);
            assertOneLine(result, String.valueOf(socket.getLocalPort()));
        }
    }

    private Result setup(Path data) throws IOException {
        Path password = Files.writeString(folder.resolve("password"), "long enough\n");
        return run(
                "setup",
                "--data",
                data.toString(),
                "--organisation",
                "青葉小学校",
                "--slug",
                "aoba",
                "--admin-email",
                "a@example.jp",
                "--admin-password-file",
                password.toString());
    }

    private static void assertOneLine(Result result, String part) {
        assertThat(result.err.strip()).startsWith("todoku: ").contains(part).contains("Hint: ");
        assertThat(result.err.strip().lines()).hasSize(1);
    }

    private static Result run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        var line = Main.commandLine(Map.of());
        line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        return new Result(line.execute(arguments), out.toString(), err.toString());
    }
}
