package org.todoku.appliance;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.web.Reply;
import org.todoku.appliance.web.Route;

/** What every page and call gets from the shell: limits, deadlines, headers, errors, languages. */
class ShellTest {
    @TempDir static Path folder;
    private static volatile CountDownLatch stuck = new CountDownLatch(1);
    private static final AtomicInteger LATE = new AtomicInteger();
    private static RunningAppliance running;

    @BeforeAll
    static void start() {
        List<Route> more =
                List.of(
                        new Route(
                                "POST", "/api/v1/stuck", c -> stuck(), 10, Duration.ofMillis(200)),
                        new Route("GET", "/stuck", c -> stuck(), 0, Duration.ofMillis(200)),
                        Route.get("/bug", c -> Reply.html("" + 1 / LATE.get())));
        running = new RunningAppliance(folder.resolve("data"), more);
    }

    @AfterAll
    static void stop() {
        stuck.countDown();
        running.close();
    }

    private static Reply stuck() {
        try {
            stuck.await();
        } catch (InterruptedException e) {
            LATE.incrementAndGet();
        }
        return Reply.empty(204);
    }

    @Test
    void answersAWriteThatHangsWithOutcomeUnknown() {
        HttpResponse<String> answer = running.post("/api/v1/stuck", "{}");
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).contains("outcome-unknown");
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
        assertThat(LATE.get()).as("a stuck write is not interrupted").isZero();
    }

    @Test
    void answersAReadThatHangsWithAPageInTheReadersLanguage() {
        HttpResponse<String> answer = running.get("/stuck");
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).contains("<html lang=\"ja\">").contains("混み合っています");
        HttpResponse<String> english =
                running.send(running.request("/stuck").header("Accept-Language", "en-GB,de;q=0.5"));
        assertThat(english.body()).contains("<html lang=\"en\">").contains("Very busy");
    }

    @Test
    void servesReadsWhileAllPlacesOfWritesAreStuckAndRefusesMoreWritesAtOnce() {
        for (int i = 0; i < 64; i++) {
            var _ =
                    running.client.sendAsync(
                            running.request("/api/v1/stuck").POST(BodyPublishers.noBody()).build(),
                            HttpResponse.BodyHandlers.ofString());
        }
        RunningAppliance.await(
                "all places of writes taken",
                () -> running.post("/api/v1/stuck", "{}").body().contains("\"busy\""));
        assertThat(running.get("/console/sign-in").statusCode()).isEqualTo(200);
        stuck.countDown();
        RunningAppliance.await(
                "places free again", () -> running.post("/api/v1/stuck", "{}").statusCode() == 204);
        stuck = new CountDownLatch(1);
    }

    @Test
    void hidesABugBehindAPageWithACode() {
        HttpResponse<String> answer = running.get("/bug");
        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.body()).contains("internal").doesNotContain("Arithmetic");
    }

    @Test
    void protectsEveryAnswerWithHeaders() {
        for (String path : List.of("/console/sign-in", "/nothing", "/api/v1/members", "/bug")) {
            var headers = running.get(path).headers();
            assertThat(headers.firstValue("Content-Security-Policy").orElse(""))
                    .contains("default-src 'none'")
                    .contains("frame-ancestors 'none'")
                    .doesNotContain("unsafe");
            assertThat(headers.firstValue("X-Content-Type-Options")).contains("nosniff");
            assertThat(headers.firstValue("Referrer-Policy")).contains("no-referrer");
            assertThat(headers.firstValue("Cache-Control")).contains("no-store");
        }
    }

    @Test
    void refusesABodyThatIsTooLong() {
        HttpResponse<String> answer = running.post("/api/v1/stuck", "x".repeat(11));
        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(answer.body()).contains("too-large");
    }

    @Test
    void switchesTheLanguageAndRemembersIt() {
        HttpResponse<String> answer = running.get("/console/sign-in?lang=en");
        assertThat(answer.statusCode()).isEqualTo(303);
        assertThat(answer.headers().firstValue("Location")).contains("/console/sign-in");
        assertThat(answer.headers().firstValue("Set-Cookie").orElse("")).startsWith("lang=en;");
        HttpResponse<String> english =
                running.send(running.request("/console/sign-in").header("Cookie", "lang=en"));
        assertThat(english.body()).contains("Sign in");
        assertThat(running.get("/console/sign-in").body()).contains("サインイン");
    }

    @Test
    void refusesAFormThatIsNotOurs() {
        HttpResponse<String> answer =
                running.post(
                        "/console/sign-in",
                        "application/x-www-form-urlencoded",
                        "email=a@b.jp&password=x&csrf=guess"
                                .getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).contains("form-expired");
    }

    @Test
    void sendsStrangersToTheSignInPage() {
        for (String path :
                List.of("/console/", "/console/members", "/console/messages/1/progress")) {
            HttpResponse<String> answer = running.get(path);
            assertThat(answer.statusCode()).isEqualTo(303);
            assertThat(answer.headers().firstValue("Location")).contains("/console/sign-in");
        }
    }

    @Test
    void hidesTheSetupPageOnceThereIsAnOrganisation() {
        assertThat(running.get("/setup").statusCode()).isEqualTo(404);
    }
}
