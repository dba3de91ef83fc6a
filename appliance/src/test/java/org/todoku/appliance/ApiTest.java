package org.todoku.appliance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The API over real HTTP against a whole appliance. */
class ApiTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir static Path folder;
    private static RunningAppliance running;

    @BeforeAll
    static void start() {
        running = new RunningAppliance(folder.resolve("data"));
        create("鈴木 一郎", "すずき いちろう", "ichiro@example.jp", "1");
        create("山田 花子", "やまだ はなこ", "hanako..y.@docomo.example.jp", "3");
    }

    @AfterAll
    static void stop() {
        running.close();
    }

    @Test
    void asksForAToken() {
        HttpResponse<String> answer =
                running.send(
                        java.net.http.HttpRequest.newBuilder(
                                java.net.URI.create(running.url + "/api/v1/members")));
        assertProblem(answer, 401, "unauthorized");
        assertThat(running.get("/api/v1/members").statusCode()).isEqualTo(200);
    }

    @Test
    void listsMembersWithoutAnyAddress() {
        String body = running.get("/api/v1/members").body();
        assertThat(body).doesNotContain("@").doesNotContain("example.jp");
        JsonNode item =
                json(running.get("/api/v1/members?query=%E3%82%84%E3%81%BE")).at("/items/0");
        assertThat(item.at("/name").asText()).isEqualTo("山田 花子");
        assertThat(item.at("/kana").asText()).isEqualTo("やまだ はなこ");
        assertThat(item.at("/state").asText()).isEqualTo("joined");
        assertThat(item.at("/profile/学年/0").asText()).isEqualTo("3");
        assertThat(item.at("/id").isTextual()).isTrue();
        assertThat(item.at("/joined").asText()).endsWith("Z");
    }

    @Test
    void namesTheWrongFieldOfARequest() {
        assertProblem(running.post("/api/v1/members", "{\"nmae\":\"x\"}"), 400, "invalid-request");
        assertThat(running.post("/api/v1/members", "{\"nmae\":\"x\"}").body()).contains("nmae");
        assertProblem(running.post("/api/v1/members", "[1]"), 400, "invalid-request");
        assertProblem(running.post("/api/v1/members", "{\"name\":1}"), 400, "invalid-request");
        assertProblem(
                running.post("/api/v1/members", "{\"name\":\"x\",\"emails\":[\"no address\"]}"),
                400,
                "invalid-request");
        assertProblem(
                running.post("/api/v1/messages", "{\"subject\":\"s\",\"body\":\"b\"}"),
                400,
                "invalid-request");
        assertProblem(
                running.post("/api/v1/messages", message("\"sendAt\":\"tomorrow\",")),
                400,
                "invalid-request");
    }

    @Test
    void refusesAnAddressThatSomebodyHas() {
        HttpResponse<String> answer =
                running.post(
                        "/api/v1/members", "{\"name\":\"x\",\"emails\":[\"Ichiro@example.jp\"]}");
        assertProblem(answer, 409, "conflict");
    }

    @Test
    void importsAListFromExcelAndNamesEachProblem() {
        String csv =
                "名前,ふりがな,メールアドレス,学年\r\n佐藤 愛,さとう あい,ai@mail.example.jp,2\r\n誤り 太郎,あやまり たろう,そうではない,2\r\n";
        byte[] cp932 = csv.getBytes(Charset.forName("windows-31j"));
        JsonNode report = json(running.post("/api/v1/members/import", "text/csv", cp932));
        assertThat(report.at("/created").asInt()).as("%s", report).isEqualTo(1);
        assertThat(report.at("/problems/0/line").asInt()).isEqualTo(3);
        assertThat(report.at("/problems/0/column").asText()).isEqualTo("メールアドレス");
        String multipart =
                "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"m.csv\"\r\n"
                        + "Content-Type: text/csv\r\n\r\n"
                        + csv.replace("佐藤 愛", "佐藤 藍")
                        + "\r\n--b--\r\n";
        JsonNode again =
                json(
                        running.post(
                                "/api/v1/members/import",
                                "multipart/form-data; boundary=b",
                                multipart.getBytes(StandardCharsets.UTF_8)));
        assertThat(again.at("/created").asInt()).as("%s", again).isZero();
    }

    @Test
    void sendsToAGradeOnceHoweverOftenItIsAsked() {
        String body = message("\"audience\":{\"profile\":{\"学年\":[\"3\"]}},");
        String first = id(running.post("/api/v1/messages", body, "Idempotency-Key", "once"));
        String second = id(running.post("/api/v1/messages", body, "Idempotency-Key", "once"));
        assertThat(second).isEqualTo(first);
        RunningAppliance.await(
                "one mail handed over",
                () ->
                        json(running.get("/api/v1/messages/" + first))
                                        .at("/counts/handedOver")
                                        .asInt()
                                == 1);
        JsonNode message = json(running.get("/api/v1/messages/" + first));
        assertThat(message.at("/counts")).hasSize(10);
        RunningAppliance.await(
                "sent",
                () ->
                        json(running.get("/api/v1/messages/" + first))
                                .at("/state")
                                .asText()
                                .equals("sent"));
        JsonNode row =
                json(running.get("/api/v1/messages/" + first + "/deliveries")).at("/items/0");
        assertThat(row.at("/name").asText()).isEqualTo("山田 花子");
        assertThat(row.at("/outcome").asText()).isEqualTo("handedOver");
        assertThat(row.toString()).doesNotContain("docomo");
        assertThat(running.catcher.newest(10).getFirst().to()).contains("docomo.example.jp");
        assertThat(
                        json(running.get(
                                        "/api/v1/messages/"
                                                + first
                                                + "/deliveries?outcome=refused"))
                                .at("/items"))
                .isEmpty();
        HttpResponse<String> resent =
                running.post("/api/v1/messages/" + first + "/resend", "{\"outcome\":\"inDoubt\"}");
        assertThat(resent.statusCode()).isEqualTo(202);
        assertProblem(
                running.post("/api/v1/messages/" + first + "/resend", "{\"outcome\":\"lost\"}"),
                400,
                "invalid-request");
    }

    @Test
    void answersForThingsThatAreNotThere() {
        assertProblem(running.get("/api/v1/messages/1"), 404, "not-found");
        assertProblem(running.get("/api/v1/messages/x"), 404, "not-found");
        assertProblem(running.get("/api/v1/nothing"), 404, "not-found");
    }

    @Test
    void refusesWritesAtOnceWhileTheGateIsClosedAndReadsGoOn() {
        running.appliance.gate().close("the disk hangs", "wait");
        try {
            HttpResponse<String> answer = running.post("/api/v1/members", "{\"name\":\"x\"}");
            assertProblem(answer, 503, "storage-unavailable");
            assertThat(answer.headers().firstValue("Retry-After")).isPresent();
            assertThat(running.get("/api/v1/members").statusCode()).isEqualTo(200);
            assertThat(running.get("/health/ready").statusCode()).isEqualTo(503);
            assertThat(running.get("/health/live").statusCode()).isEqualTo(200);
        } finally {
            running.appliance.gate().open();
        }
        assertThat(running.get("/health/ready").statusCode()).isEqualTo(200);
    }

    @Test
    void tellsTheStateOfTheSystem() {
        // On a busy machine the storage may really be slow for a while.
        RunningAppliance.await(
                "the storage is normal",
                () ->
                        json(running.get("/api/v1/system"))
                                .at("/storage/state")
                                .asText()
                                .equals("normal"));
        JsonNode system = json(running.get("/api/v1/system"));
        assertThat(system.at("/queue/onHold").isNumber()).isTrue();
        assertThat(system.has("archive")).isTrue();
        assertThat(system.at("/version").asText()).isNotEmpty();
    }

    /** Who moves the service gets the key to everything. */
    @Test
    void onlyTheOwnerOfTheServerMayMoveIt() {
        var parts = running.appliance.parts();
        var other = parts.organisations().create("別の学校", "betsu");
        String token = parts.apiTokens().create(other.id(), "test").value();
        for (String call : List.of("pause", "hold", "release", "forward")) {
            HttpResponse<String> answer =
                    running.send(
                            running.request("/api/v1/move/" + call)
                                    .setHeader("Authorization", "Bearer " + token)
                                    .POST(HttpRequest.BodyPublishers.ofString("{}")));
            assertProblem(answer, 403, "forbidden");
        }
        HttpResponse<String> key =
                running.send(
                        running.request("/api/v1/move/archive")
                                .setHeader("Authorization", "Bearer " + token)
                                .GET());
        assertProblem(key, 403, "forbidden");
        HttpResponse<String> feed =
                running.send(
                        running.request("/api/v1/standby")
                                .setHeader("Authorization", "Bearer " + token)
                                .GET());
        assertProblem(feed, 403, "forbidden");
        assertThat(running.get("/api/v1/members").statusCode()).isEqualTo(200);
    }

    @Test
    void takesListsOfOtherProgramsAsWhatTheyAre() {
        HttpResponse<String> taken =
                running.post(
                        "/api/v1/members/import?format=mailman&list=ant&stopped=true",
                        "text/plain",
                        "Anne Person <anne-of-mailman@example.com>\n"
                                .getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertThat(taken.statusCode()).as(taken.body()).isEqualTo(200);
        assertThat(json(taken).path("created").asInt()).isEqualTo(1);
        assertThat(running.post("/api/v1/members/import?format=x", "text/plain", new byte[] {'a'}))
                .satisfies(answer -> assertThat(answer.statusCode()).isEqualTo(400));
    }

    @Test
    void describesEachOfItsRoutes() {
        JsonNode document = json(running.get("/api/v1/openapi.json"));
        assertThat(document.at("/paths").propertyStream().map(java.util.Map.Entry::getKey))
                .containsExactlyInAnyOrder(
                        "/api/v1/attachments",
                        "/api/v1/move/archive",
                        "/api/v1/move/forward",
                        "/api/v1/move/hold",
                        "/api/v1/move/pause",
                        "/api/v1/move/release",
                        "/api/v1/members",
                        "/api/v1/members/import",
                        "/api/v1/messages",
                        "/api/v1/messages/{id}",
                        "/api/v1/messages/{id}/deliveries",
                        "/api/v1/messages/{id}/resend",
                        "/api/v1/status-notice",
                        "/api/v1/proxy-senders",
                        "/api/v1/proxy-senders/{id}/remove",
                        "/api/v1/inquiry-answer",
                        "/api/v1/standby",
                        "/api/v1/system");
    }

    @Test
    void whoMaySendByMailIsRegisteredAndNeverShownByAddress() {
        String wanted =
                """
                {"name":"監督","email":"coach@phone.example","audience":{"everyone":true}}""";
        HttpResponse<String> made = running.post("/api/v1/proxy-senders", wanted);
        assertThat(made.statusCode()).isEqualTo(201);
        assertThat(json(made).get("address").asText()).matches("shiken\\+s[a-z0-9]{12}@.*");
        assertThat(running.post("/api/v1/proxy-senders", wanted).statusCode()).isEqualTo(409);
        HttpResponse<String> list = running.get("/api/v1/proxy-senders");
        assertThat(list.body()).contains("監督").doesNotContain("coach@phone");
        String remove = "/api/v1/proxy-senders/" + json(made).get("id").asText() + "/remove";
        assertThat(running.post(remove, "{}").statusCode()).isEqualTo(200);
        assertThat(running.post(remove, "{}").statusCode()).isEqualTo(404);
    }

    @Test
    void inquiriesAreAnsweredWhenThereIsAText() {
        assertThat(running.get("/api/v1/inquiry-answer").body()).contains("\"on\":false");
        String empty = "{\"on\":true}";
        assertThat(running.post("/api/v1/inquiry-answer", empty).statusCode()).isEqualTo(400);
        String words = "{\"on\":true,\"ja\":\"お電話ください\"}";
        assertThat(running.post("/api/v1/inquiry-answer", words).statusCode()).isEqualTo(200);
        assertThat(running.get("/api/v1/inquiry-answer").body()).contains("お電話ください");
    }

    @Test
    void writesMetricsForThisMachineOnly() {
        assertThat(running.get("/metrics").body())
                .contains("todoku_http_answers_total{status=\"2xx\"}")
                .contains("todoku_write_gate_open 1.0");
        HttpResponse<String> forwarded =
                running.send(running.request("/metrics").header("X-Forwarded-For", "192.0.2.1"));
        assertThat(forwarded.statusCode()).isEqualTo(403);
    }

    private static void create(String name, String kana, String email, String grade) {
        HttpResponse<String> answer =
                running.post(
                        "/api/v1/members",
                        """
                        {"name":"%s","kana":"%s","emails":["%s"],"profile":{"学年":["%s"]}}"""
                                .formatted(name, kana, email, grade));
        assertThat(answer.statusCode()).as("%s", answer.body()).isEqualTo(201);
    }

    private static String message(String more) {
        String audience = more.contains("audience") ? "" : "\"audience\":{\"everyone\":true},";
        return "{\"subject\":\"遠足\"," + more + audience + "\"body\":\"お弁当を忘れずに\"}";
    }

    private static String id(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as("%s", answer.body()).isEqualTo(201);
        return json(answer).at("/id").asText();
    }

    private static void assertProblem(HttpResponse<String> answer, int status, String code) {
        assertThat(answer.statusCode()).as("%s", answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type"))
                .contains("application/problem+json");
        assertThat(json(answer).at("/code").asText()).isEqualTo(code);
    }

    private static JsonNode json(HttpResponse<String> answer) {
        try {
            return MAPPER.readTree(answer.body());
        } catch (JsonProcessingException e) {
            throw new AssertionError("not JSON: " + answer.body(), e);
        }
    }
}
