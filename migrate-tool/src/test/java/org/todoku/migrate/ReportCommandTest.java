package org.todoku.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.DirectWork;
import org.todoku.appliance.kernel.Language;

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
                .contains("再発防止対策", "サーバー：起動", "緊急の引っ越し（引き継ぎ）：完了", "記入してください")
                .contains("Server: started", "Takeover: done", "To be written by a person")
                .doesNotContainPattern("@[A-Za-z.]+@");
        JsonNode facts =
                new ObjectMapper().readTree(folder.resolve("report/incident.json").toFile());
        assertThat(facts.at("/writers")).hasSize(3);
        assertThat(facts.at("/events/0/kind").asText()).isEqualTo("server");
        assertThat(facts.at("/refusedSeconds").asLong()).isZero();
        assertThat(facts.at("/runs/0/runbook").asText()).isEqualTo("takeover");
    }

    /**
     * A disk that slowed and stalled, writes that were refused, a message that was late and one
     * that is on hold, a takeover, a notice: each in both languages, with the same figures.
     */
    @Test
    void bothLanguagesCarryTheSameFacts() throws Exception {
        SampleService service =
                new SampleService(folder.resolve("host"), "local-and-archive").setUp();
        try (Child server = service.serve()) {
            service.addMembers("a", 4);
            for (String subject : List.of("避難のお知らせ", "給食の献立")) {
                String sent =
                        service.post(
                                "/api/v1/messages",
                                "application/json",
                                "{\"subject\":\"%s\",\"body\":\"y\",\"audience\":{\"everyone\":true}}"
                                        .formatted(subject));
                assertThat(sent).contains("id");
            }
            server.signal("KILL");
            server.status();
        }
        SampleService next = service.next(folder.resolve("next"));
        Files.copy(service.key(), next.key());
        String config = next.config().toString();
        String data = next.data().toString();
        Command takeover =
                Command.run("takeover", "--no-start", "--yes", "--config", config, "--data", data);
        assertThat(takeover.status()).as(takeover.toString()).isZero();
        try (Child server = next.serve()) {
            server.signal("TERM");
            server.status();
        }
        DirectWork.on(next.data(), next.config(), ReportCommandTest::happened);
        Path out = folder.resolve("incident.html");
        Command report =
                Command.run("report", "--config", config, "--data", data, "--out", out.toString());
        assertThat(report.status()).as(report.toString()).isZero();
        String page = Files.readString(out);
        String japanese = part(page, "ja");
        String english = part(page, "en");
        assertThat(japanese)
                .contains("発生事象", "経緯", "お客様への影響", "原因", "復旧", "再発防止対策")
                .contains("最初に遅くなった時刻", "最初に止まった時刻", "最初に断った時刻", "正常に戻った時刻")
                .contains("0:02:00", "0:01:00", "「避難のお知らせ」", "遅れたメール 3 通、最長 0:10:00")
                .containsPattern("「給食の献立」.*確実に未送信 4 通")
                .containsPattern("書き手：.*（世代 4）、20.* までに確定したものを引き継ぎ")
                .contains("緊急の引っ越し（引き継ぎ）：完了");
        assertThat(english)
                .contains("slow for the first time", "stalled for the first time")
                .contains("“避難のお知らせ”", "3 mails late, the latest after 0:10:00");
        assertThat(figures(english)).isEqualTo(figures(japanese)).hasSizeGreaterThan(60);
        JsonNode facts = new ObjectMapper().readTree(folder.resolve("incident.json").toFile());
        assertThat(facts.at("/lateMessages/0/mails").asInt()).isEqualTo(3);
        assertThat(facts.at("/held/0/unsent").asInt() + facts.at("/held/1/unsent").asInt())
                .isPositive();
    }

    /** As the machine writes it down, and the ledger. */
    private static void happened(Connection database) throws SQLException {
        database.setAutoCommit(true);
        long begin = System.currentTimeMillis() - 3_600_000;
        String[][] events = {
            {"0", "storage", "slow", "forces take 1.2 s"},
            {"30", "storage", "stalled", ""},
            {"40", "writes", "refused", ""},
            {"100", "writes", "accepted", ""},
            {"120", "storage", "normal", ""}
        };
        try (Statement statement = database.createStatement()) {
            for (String[] event : events) {
                long at = begin + Long.parseLong(event[0]) * 1000;
                statement.execute(
                        "insert into machine_event(id, happened, kind, state, detail) values (%d, %d, '%s', '%s', '%s')"
                                .formatted(at, at, event[1], event[2], event[3]));
            }
            int late =
                    statement.executeUpdate(
                            """
                            update delivery set outcome = 'handedOver', claimed_at = created,
                              finished_at = created + 600000
                             where message_id = (select id from message where subject = '避難のお知らせ')
                               and member_id <> (select min(id) from member)""");
            assertThat(late).isEqualTo(3);
        }
    }

    private static String part(String page, String language) {
        int begin = page.indexOf("<section lang=\"" + language);
        return page.substring(begin, page.indexOf("</section>", begin));
    }

    /** Every number and time, and what people wrote, in order. */
    private static List<String> figures(String part) {
        String text = part.replaceAll("<[^>]*>", " ");
        return Pattern.compile("\\d[\\d:.,-]*\\d|\\d|避難のお知らせ|給食の献立|青葉小学校")
                .matcher(text)
                .results()
                .map(MatchResult::group)
                .sorted()
                .toList();
    }

    /** A text that is there in one language alone would stop the report. */
    @Test
    void bothLanguagesHaveTheSameTexts() {
        assertThat(IncidentText.TEXTS.keys(Language.EN))
                .isEqualTo(IncidentText.TEXTS.keys(Language.JA));
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
