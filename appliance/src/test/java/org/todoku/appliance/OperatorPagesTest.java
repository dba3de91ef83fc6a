package org.todoku.appliance;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Page;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.kernel.Secret;
import org.todoku.appliance.portable.ExportFile;

/** Everything as a file, and the operator's words, as administrators get at them. */
class OperatorPagesTest {

    @TempDir Path folder;

    @Test
    void wordsReachThePageOutsideAtOnceAndAreTakenBack() throws Exception {
        Path outside = Files.createDirectories(folder.resolve("outside"));
        try (RunningAppliance running =
                        RunningAppliance.published(folder.resolve("data"), outside);
                Chromium chromium = Chromium.open()) {
            Page page = signedIn(chromium.browser(), running);
            page.navigate(running.url + "/console/system");
            page.click("text=お知らせを書く");
            page.fill("#ja", "サーバーを移しています。<b>23時</b>に。");
            page.fill("#en", "We are moving.");
            page.fill("#next", "2026-12-01T23:00");
            page.fill("#contact", "PTA 本部");
            page.click("button[value=preview]");
            assertThat(page.locator("[aria-labelledby=preview]")).containsText("<b>23時</b>");
            assertThat(outside.resolve("notice.json")).doesNotExist();
            page.click("button[value=publish]");
            assertThat(page.locator("[role=status].notice")).hasText("掲載しました。");
            picture(page, "status-words.png");
            String told = Files.readString(outside.resolve("notice.json"));
            assertThat(told)
                    .contains("\"trouble\"", "We are moving.", "2026-12-01T14:00:00Z", "PTA 本部");
            page.setViewportSize(320, 640);
            assertThat(page.evaluate("document.documentElement.scrollWidth")).isEqualTo(320);
            page.click("button[value=withdraw]");
            assertThat(page.locator("[aria-labelledby=standing]")).containsText("何も出ていません");
            assertThat(Files.readString(outside.resolve("notice.json"))).contains("\"none\"");
        }
    }

    @Test
    void theApiTellsTheSameWords() throws Exception {
        Path outside = Files.createDirectories(folder.resolve("outside"));
        try (RunningAppliance running =
                RunningAppliance.published(folder.resolve("data"), outside)) {
            HttpResponse<String> told =
                    running.post(
                            "/api/v1/status-notice",
                            "{\"level\":\"info\",\"ja\":\"点検\",\"nextUpdate\":\"2026-12-01T00:00:00Z\"}");
            assertThat(told.statusCode()).as(told.body()).isEqualTo(200);
            assertThat(Files.readString(outside.resolve("notice.json"))).contains("点検");
            assertThat(running.get("/api/v1/status-notice").body()).contains("点検");
            assertThat(running.post("/api/v1/status-notice", "{\"level\":\"loud\"}").statusCode())
                    .isEqualTo(400);
            assertThat(running.post("/api/v1/status-notice", "{\"level\":\"info\"}").statusCode())
                    .isEqualTo(400);
        }
    }

    /** What the place does not take is put there later; also when the server stops in between. */
    @Test
    void wordsThatThePlaceRefusesAreToldAfterARestart() throws Exception {
        Path outside = folder.resolve("outside");
        Path data = folder.resolve("data");
        try (RunningAppliance running = RunningAppliance.published(data, outside)) {
            RunningAppliance.await(
                    "the page", () -> Files.exists(outside.resolve("heartbeat.json")));
            delete(outside);
            Files.writeString(outside, "a file where the folder was");
            HttpResponse<String> told =
                    running.post("/api/v1/status-notice", "{\"level\":\"trouble\",\"ja\":\"障害\"}");
            assertThat(told.statusCode()).as(told.body()).isEqualTo(202);
            assertThat(running.get("/api/v1/status-notice").body()).contains("障害");
        }
        Files.delete(outside);
        ApplianceConfig config =
                ApplianceConfig.defaults()
                        .withHttp(
                                new ApplianceConfig.Http(
                                        "127.0.0.1",
                                        RunningAppliance.freePort(),
                                        java.net.URI.create("http://localhost")))
                        .withMail(quiet())
                        .withStatus(
                                new ApplianceConfig.Status(
                                        java.util.Optional.of(outside.toUri()),
                                        java.util.Optional.empty(),
                                        java.util.Optional.empty()));
        try (Appliance again = Appliance.open(config, data)) {
            again.start();
            RunningAppliance.await("the words", () -> Files.exists(outside.resolve("notice.json")));
            assertThat(Files.readString(outside.resolve("notice.json"))).contains("障害");
        }
    }

    @Test
    void anAdministratorDownloadsEverythingAndTheAuditSaysSo() throws Exception {
        try (RunningAppliance running = new RunningAppliance(folder.resolve("data"));
                Chromium chromium = Chromium.open()) {
            HttpResponse<String> list =
                    running.post(
                            "/api/v1/members/import",
                            "text/csv",
                            "氏名,メール\n山田,yamada@example.com\n".getBytes(StandardCharsets.UTF_8));
            assertThat(list.statusCode()).isEqualTo(200);
            Page page = signedIn(chromium.browser(), running);
            page.navigate(running.url + "/console/members");
            page.click("text=すべてダウンロード");
            page.fill("#password", "not this one");
            page.click("main form button");
            assertThat(page.locator("[role=alert]")).hasText("パスワードが違います。");
            picture(page, "export.png");
            page.fill("#password", RunningAppliance.PASSWORD);
            Download download = page.waitForDownload(() -> page.click("main form button"));
            assertThat(download.suggestedFilename()).matches("shiken-\\d{4}-\\d\\d-\\d\\d\\.zip");
            Path file = folder.resolve("all.zip");
            download.saveAs(file);
            try (ExportFile export = ExportFile.open(file)) {
                assertThat(export.manifest().rows("members.csv")).isEqualTo(1);
                assertThat(export.manifest().rows("audit.csv")).isPositive();
            }
            OrganisationId school =
                    running.appliance.parts().organisations().bySlug("shiken").orElseThrow().id();
            assertThat(school.value()).isPositive();
            RunningAppliance.await("the copy is deleted", OperatorPagesTest::nothingIsLeft);
        }
    }

    @Test
    void nobodyWithoutAPasswordGetsTheFile() throws Exception {
        try (RunningAppliance running = new RunningAppliance(folder.resolve("data"))) {
            assertThat(running.get("/console/export").statusCode()).isEqualTo(303);
            var who =
                    running.appliance
                            .parts()
                            .administrators()
                            .signIn(
                                    org.todoku.appliance.kernel.EmailAddress.of(
                                            RunningAppliance.EMAIL),
                                    new Secret(RunningAppliance.PASSWORD));
            String session = running.appliance.parts().sessions().issue(who.orElseThrow().id());
            HttpResponse<String> answer =
                    running.send(
                            running.request("/console/export")
                                    .header("Cookie", "todoku_session=" + session)
                                    .header("Content-Type", "application/x-www-form-urlencoded")
                                    .POST(
                                            java.net.http.HttpRequest.BodyPublishers.ofString(
                                                    "password=" + RunningAppliance.PASSWORD)));
            assertThat(answer.statusCode()).as("without the form's token").isEqualTo(403);
        }
    }

    private static boolean nothingIsLeft() {
        try (Stream<Path> files = Files.walk(Path.of(System.getProperty("java.io.tmpdir")), 3)) {
            return files.noneMatch(
                    file ->
                            file.toString().contains("todoku-download")
                                    && file.toString().endsWith(".zip"));
        } catch (java.io.IOException | java.io.UncheckedIOException e) {
            return false;
        }
    }

    private static ApplianceConfig.Mail quiet() {
        return new ApplianceConfig.Mail(
                "example.jp",
                List.of(),
                java.util.Optional.empty(),
                java.util.Optional.empty(),
                List.of(),
                ApplianceConfig.Direct.OFF);
    }

    private static void delete(Path root) throws Exception {
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static Page signedIn(Browser browser, RunningAppliance running) {
        Page page =
                browser.newPage(
                        new Browser.NewPageOptions().setViewportSize(900, 900).setLocale("ja-JP"));
        page.navigate(running.url + "/console/");
        page.fill("#email", RunningAppliance.EMAIL);
        page.fill("#password", RunningAppliance.PASSWORD);
        page.click("main button");
        assertThat(page.locator("h1")).hasText("概要");
        return page;
    }

    private static void picture(Page page, String name) throws Exception {
        Path pictures = Files.createDirectories(Path.of("target/pictures"));
        page.screenshot(
                new Page.ScreenshotOptions().setPath(pictures.resolve(name)).setFullPage(true));
    }
}
