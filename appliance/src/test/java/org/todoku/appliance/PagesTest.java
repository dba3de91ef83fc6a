package org.todoku.appliance;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.audience.Audience;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.member.ContactState;
import org.todoku.appliance.member.MailCharset;
import org.todoku.appliance.member.MemberId;
import org.todoku.appliance.member.MemberState;
import org.todoku.appliance.member.NewMember;
import org.todoku.appliance.member.Quarantine;
import org.todoku.appliance.message.MessageId;
import org.todoku.appliance.message.NewMessage;
import org.todoku.appliance.message.Survey;

/** Member pages and the console in a real browser, also without scripts and on a narrow screen. */
class PagesTest {
    @TempDir static Path folder;
    private static RunningAppliance running;
    private static Chromium chromium;
    private static Browser browser;
    private static OrganisationId school;
    private static MemberId member;
    private static MessageId message;

    @BeforeAll
    static void start() {
        chromium = Chromium.open();
        browser = chromium.browser();
        running = new RunningAppliance(folder.resolve("data"));
        var parts = running.appliance.parts();
        school = parts.organisations().bySlug("shiken").orElseThrow().id();
        member =
                parts.members()
                        .create(
                                school,
                                new NewMember(
                                        "鈴木 <b>一郎</b>",
                                        "すずき",
                                        List.of(EmailAddress.of("i@example.jp")),
                                        Map.of("学年", List.of("1"))));
        message =
                parts.sending()
                        .send(
                                school,
                                "test",
                                new NewMessage(
                                        "遠足",
                                        "<script>alert(1)</script> https://example.jp/a。",
                                        new Audience.Everyone(),
                                        true,
                                        Optional.empty(),
                                        Optional.empty()),
                                Optional.empty());
    }

    @AfterAll
    static void stop() {
        if (chromium != null) {
            chromium.close();
        }
        if (running != null) {
            running.close();
        }
    }

    @Test
    void countsAMessageAsReadByTheButtonWhereThereIsNoScriptAndNotByFetchingIt() {
        String link = running.appliance.parts().mailText().messageLink(message.value(), member);
        Page page = narrow(false);
        page.navigate(link);
        assertThat(page.locator(".letter .text")).containsText("<script>alert(1)</script>");
        assertThat(page.locator(".letter .text a")).hasAttribute("href", "https://example.jp/a");
        assertThat(running.appliance.parts().ledger().counts(message).read()).isZero();
        page.click("text=読みました");
        assertThat(page.locator(".read-row .done")).isVisible();
        RunningAppliance.await(
                "the read is written",
                () -> running.appliance.parts().ledger().counts(message).read() == 1);
    }

    @Test
    void letsMembersCorrectTheirDataAndLeave() {
        String link = running.appliance.parts().mailText().profileLink(member);
        Page page = narrow(true);
        page.navigate(link);
        assertThat(page.locator("main")).containsText("i@example.jp");
        page.fill("#name", "鈴木 二郎");
        page.click("text=保存する");
        assertThat(page.locator("[role=status]")).hasText("保存しました。");
        assertThat(find().name()).isEqualTo("鈴木 二郎");
        assertThat(find().contacts()).hasSize(1);
        page.click("text=メールが文字化けするとき");
        page.check("input[name=old]");
        page.click("form[action$=charset] button");
        assertThat(page.locator("[role=status]")).hasText("保存しました。");
        assertThat(running.appliance.parts().members().charset(member))
                .isEqualTo(MailCharset.ISO_2022_JP);
        page.click("#leave");
        page.check("input[name=sure]");
        page.click("button.danger");
        assertThat(page.locator("h1")).hasText("退会しました");
        assertThat(find().state()).isEqualTo(MemberState.LEFT);
        page.navigate(link);
        assertThat(page.locator("h1")).hasText("このリンクは開けません");
        running.appliance.parts().members().rejoin(school, member);
    }

    /** Who joined by an empty mail without a name would save the word that stands for it. */
    @Test
    void aNewcomerIsAskedForTheNameAndTheWordForNoneIsNotSaved() {
        var parts = running.appliance.parts();
        MemberId newcomer =
                parts.members()
                        .create(
                                school,
                                new NewMember(
                                        "（お名前未登録）",
                                        "",
                                        List.of(EmailAddress.of("new@example.jp")),
                                        Map.of()));
        Page page = narrow(true, 360);
        page.navigate(parts.mailText().profileLink(newcomer));
        assertThat(page.locator("#name")).hasValue("");
        assertThat(page.locator("#name-hint")).containsText("まだ登録されていません");
        assertThat(page.evaluate("document.documentElement.scrollWidth")).isEqualTo(360);
        Chromium.picture(page, "profile-unnamed");
        page.click("text=保存する");
        assertThat(page.locator("[role=status]")).hasCount(0);
        page.fill("#name", "（お名前未登録）");
        page.click("text=保存する");
        assertThat(page.locator("[role=alert]")).containsText("保存できませんでした");
        assertThat(page.locator("#name")).hasValue("");
        page.fill("#name", "青葉 花子");
        page.click("text=保存する");
        assertThat(page.locator("[role=status]")).hasText("保存しました。");
        assertThat(page.locator("#name")).hasValue("青葉 花子");
        assertThat(page.locator("#name-hint")).hasCount(0);
        assertThat(parts.members().find(school, newcomer).orElseThrow().name()).isEqualTo("青葉 花子");
        parts.members().leave(school, newcomer);
    }

    @Test
    void membersAnswerWithATapAndChangeTheirMind() {
        var parts = running.appliance.parts();
        MessageId question =
                parts.sending()
                        .send(
                                school,
                                "test",
                                new NewMessage(
                                        "遠足",
                                        "参加しますか。",
                                        new Audience.Everyone(),
                                        false,
                                        Optional.empty(),
                                        Optional.empty(),
                                        List.of(),
                                        Optional.of(new Survey(List.of("○ 参加", "× 不参加")))),
                                Optional.empty());
        Page page = narrow(false);
        page.navigate(parts.mailText().messageLink(question.value(), member));
        page.click("text=○ 参加");
        assertThat(page.locator("[role=status].notice")).hasText("回答を受け付けました。");
        assertThat(page.locator("button[aria-pressed=true]")).hasText("○ 参加");
        page.click("text=× 不参加");
        assertThat(page.locator("button[aria-pressed=true]")).hasText("× 不参加");
        assertThat(parts.answers().tally(question))
                .extracting(count -> count.people())
                .containsExactly(0L, 1L);
        assertThat(parts.ledger().counts(question).answered()).isEqualTo(1);

        Page console = signedIn();
        console.navigate(running.url + "/console/messages/" + question);
        assertThat(console.locator("section[aria-labelledby=tally]")).containsText("× 不参加");
    }

    @Test
    void anAddressThatIsNotMailedIsMailedAgain() {
        var contact = find().contacts().getFirst();
        running.appliance
                .database()
                .change(tx -> Quarantine.set(tx, contact.id(), "550 5.1.1 unknown user"));
        Page page = signedIn();
        page.navigate(running.url + "/console/members/quarantine");
        assertThat(page.locator("main")).containsText("***@example.jp");
        assertThat(page.locator("main")).containsText("550 5.1.1 unknown user");
        assertThat(page.content()).doesNotContain("i@example.jp");
        page.click("main td button");
        assertThat(page.locator(".notice.good")).hasText("このアドレスへの送信を再開しました。");
        assertThat(find().contacts().getFirst().state()).isEqualTo(ContactState.ACTIVE);
        page.navigate(running.url + "/console/members/slip");
        assertThat(page.locator("main code")).hasText("example.jp");
    }

    private static Page signedIn() {
        Page page = narrow(true);
        page.navigate(running.url + "/console/");
        page.fill("#email", RunningAppliance.EMAIL);
        page.fill("#password", RunningAppliance.PASSWORD);
        page.click("main button");
        assertThat(page.locator("h1")).hasText("概要");
        return page;
    }

    @Test
    void fitsOnANarrowScreen() {
        Page page = signedIn();
        for (String path :
                List.of(
                        "",
                        "members",
                        "members/import",
                        "members/joining",
                        "members/quarantine",
                        "members/slip",
                        "mail-check",
                        "messages/new",
                        "messages",
                        "inquiries",
                        "system",
                        "messages/" + message)) {
            page.navigate(running.url + "/console/" + path);
            assertThat(page.locator("h1")).isVisible();
            assertThat(page.evaluate("document.documentElement.scrollWidth"))
                    .as("width of /console/%s", path)
                    .isEqualTo(320);
        }
    }

    private static org.todoku.appliance.member.Member find() {
        return running.appliance.parts().members().find(school, member).orElseThrow();
    }

    private static Page narrow(boolean script) {
        return narrow(script, 320);
    }

    private static Page narrow(boolean script, int width) {
        return browser.newContext(
                        new Browser.NewContextOptions()
                                .setViewportSize(width, 640)
                                .setLocale("ja-JP")
                                .setJavaScriptEnabled(script))
                .newPage();
    }
}
