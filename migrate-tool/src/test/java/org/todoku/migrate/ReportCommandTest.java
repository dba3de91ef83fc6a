package org.todoku.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code todoku-migrate report}: facts only, from what was recorded. */
class ReportCommandTest {
    @TempDir Path folder;

    @Test
    void tellsWhatWasRecordedAndLeavesGapsForPeople() throws Exception {
        SampleService service =
                new SampleService(folder.resolve("host"), "local-and-archive").setUp();
        try (Child server = service.serve()) {
            service.addMembers("a", 3);
            server.signal("KILL");
            server.status();
        }
        Path data = folder.resolve("new/data");
        Command takeover =
                Command.run(
                        "takeover",
                        "--no-start",
                        "--config",
                        service.config().toString(),
                        "--data",
                        data.toString());
        assertThat(takeover.status()).as(takeover.toString()).isZero();
        Path out = folder.resolve("report/incident.html");
        Command report =
                Command.run(
                        "report",
                        "--config",
                        service.config().toString(),
                        "--data",
                        data.toString(),
                        "--out",
                        out.toString());
        assertThat(report.status()).as(report.toString()).isZero();
        assertThat(Files.readString(out))
                .contains("再発防止対策", "server: started", "takeover: done", "記入してください")
                .doesNotContain("@EVENTS@", "@RUNS@");
        JsonNode facts =
                new ObjectMapper().readTree(folder.resolve("report/incident.json").toFile());
        assertThat(facts.at("/writers")).hasSize(3);
        assertThat(facts.at("/events/0/kind").asText()).isEqualTo("server");
        assertThat(facts.at("/refusedSeconds").asLong()).isZero();
        assertThat(facts.at("/runs/0/runbook").asText()).isEqualTo("takeover");
    }

    @Test
    void saysWhatIsWrongWithTheCall() {
        String out = folder.resolve("x.html").toString();
        Command backwards =
                Command.run(
                        "report",
                        "--out",
                        out,
                        "--from",
                        "2026-11-26T20:00:00+09:00",
                        "--to",
                        "2026-11-25T20:00:00+09:00");
        assertThat(backwards.status()).isEqualTo(2);
        assertThat(Command.run("report", "--out", out, "--to", "now").err())
                .contains("2026-11-26T20:00:00+09:00");
        assertThat(Command.run("report").status()).isEqualTo(2);
    }
}
