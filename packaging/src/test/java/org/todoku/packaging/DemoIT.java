package org.todoku.packaging;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.Chromium;

/**
 * Scene 1 of the first issue, as a newcomer lives it: the demo's process, a browser, a message to
 * everyone and one to a grade, the mail, and a member who reads it on a phone. Leaves the pictures
 * of the README under {@code target/pictures}.
 */
class DemoIT {
    private static final double PATIENCE_MS = 30_000;
    private static final String SUBJECT = "台風接近にともなう明日の登校について";
    private static final String BODY =
            """
            保護者のみなさま

            台風10号の接近が予想されるため、明日は登校時刻を2時間遅らせ、10時20分からの開始とします。

            ・通学路の安全を確かめてから登校させてください。
            ・給食は予定どおりあります。
            ・午前6時の時点で警報が出ている場合は、休校とします。

            青葉小学校""";

    @TempDir static Path folder;

    private static Chromium chromium;

    @BeforeAll
    static void openBrowser() {
        chromium = Chromium.open();
    }

    @AfterAll
    static void closeBrowser() {
        if (chromium != null) {
            chromium.close();
        }
    }

    @Test
    void newcomerSendsAMessageAndSeesItRead() throws Exception {
        Instant before = Instant.now();
        try (DemoProcess demo = DemoProcess.start(folder.resolve("demo"))) {
            System.out.printf(
                    "figure: the demo is ready after %.1f s%n",
                    Duration.between(before, Instant.now()).toMillis() / 1000.0);
            Page console = signedIn(demo);
            sendToEveryone(console);
            seeOutcomesChange(console);
            String message = console.url();
            String link = linkInTheMail(demo);
            readOnAPhone(link);
            seeTheRead(console, message);
            sendToOneGrade(console, demo);
            picturesOfTheRest(console, demo);
            assertThat(demo.stop()).as("SIGTERM stops within 10 s").isTrue();
        }
        try (DemoProcess again = DemoProcess.start(folder.resolve("demo"))) {
            Page console = signedIn(again);
            assertThat(console.locator("main")).containsText(SUBJECT);
        }
    }

    private static Page signedIn(DemoProcess demo) throws IOException {
        String printed = demo.output();
        assertThat(printed).contains(demo.address());
        Page page = chromium.desk();
        page.navigate(demo.address());
        var matcher = Pattern.compile("(\\S+@\\S+)  \\S+ (\\S+)").matcher(printed);
        assertThat(matcher.find()).as("the sign-in is printed: %s", printed).isTrue();
        page.fill("#email", matcher.group(1));
        page.fill("#password", "not the password");
        page.click("main button");
        assertThat(page.locator("[role=alert]")).isVisible();
        page.fill("#password", matcher.group(2));
        page.click("main button");
        assertThat(page.locator("h1")).hasText("概要");
        return page;
    }

    private static void sendToEveryone(Page page) {
        page.click("text=メッセージを書く");
        page.fill("#subject", SUBJECT);
        page.fill("#body", BODY);
        page.check("input[value=everyone]");
        assertThat(page.locator("[data-count] b")).hasText("60");
        Chromium.picture(page, "compose");
        page.click("text=確認へ進む");
        assertThat(page.locator(".count b")).hasText("60");
        page.click("#send");
        page.waitForURL(Pattern.compile(".*/console/messages/\\d+$"));
    }

    /** Without a reload: the page fetches the numbers itself. */
    private static void seeOutcomesChange(Page page) {
        Locator handedOver = page.locator("#handed-over");
        Locator queued = page.locator("#filter-queued");
        assertThat(queued).isVisible();
        Chromium.picture(page, "sending");
        assertThat(handedOver)
                .hasText(
                        Pattern.compile("6[567]"),
                        new LocatorAssertions.HasTextOptions().setTimeout(PATIENCE_MS));
        assertThat(queued).not().isVisible();
        assertThat(page.locator("#deliveries tbody tr").first()).containsText("引き渡し済み");
        assertThat(page.locator("#deliveries")).containsText("User unknown");
        assertThat(page.locator("#read")).hasText("0");
    }

    private static String linkInTheMail(DemoProcess demo) {
        Page mails = chromium.browser().newContext().newPage();
        mails.navigate(demo.address() + "/demo/mail");
        mails.locator(".list a.main").first().click();
        assertThat(mails.locator("h1")).hasText(SUBJECT);
        assertThat(mails.locator("#mail-text")).containsText("給食は予定どおりあります。");
        Chromium.picture(mails, "mail");
        return mails.locator("#mail-text a[href*='/m/']").first().getAttribute("href");
    }

    private static void readOnAPhone(String link) {
        Page page = chromium.phone();
        page.navigate(link);
        assertThat(page.locator("h1")).hasText(SUBJECT);
        assertThat(page.locator(".letter .text")).containsText("午前6時");
        assertThat(page.locator(".read-row .done")).isVisible();
        Chromium.picture(page, "member");
        page.navigate(link.substring(0, link.length() - 3));
        assertThat(page.locator("h1")).hasText("このリンクは開けません");
    }

    private static void seeTheRead(Page console, String message) {
        console.navigate(message);
        assertThat(console.locator("#read"))
                .hasText("1", new LocatorAssertions.HasTextOptions().setTimeout(PATIENCE_MS));
        console.evaluate("window.scrollTo(0, 0)");
        Chromium.picture(console, "console");
    }

    private static void sendToOneGrade(Page page, DemoProcess demo) {
        page.navigate(demo.address() + "/console/messages/new");
        page.fill("#subject", "3年生の遠足について");
        page.fill("#body", "お弁当と水筒を忘れずに持たせてください。");
        page.check("input[name='item:学年'][value='3']");
        assertThat(page.locator("input[value=profile]")).isChecked();
        Locator count = page.locator("[data-count] b");
        assertThat(count).not().hasText("60");
        String people = count.innerText();
        assertThat(Integer.parseInt(people)).isBetween(5, 20);
        page.click("text=確認へ進む");
        assertThat(page.locator(".count b")).hasText(people);
        page.click("#send");
        assertThat(page.locator("main")).containsText("学年: 3");
        assertThat(page.locator("main"))
                .containsText(
                        "送信済み",
                        new LocatorAssertions.ContainsTextOptions().setTimeout(PATIENCE_MS));
    }

    private static void picturesOfTheRest(Page page, DemoProcess demo) {
        page.navigate(demo.address() + "/console/");
        Chromium.picture(page, "overview");
        page.navigate(demo.address() + "/console/members");
        assertThat(page.locator("main")).not().containsText("example.jp");
        Chromium.picture(page, "members");
    }
}
