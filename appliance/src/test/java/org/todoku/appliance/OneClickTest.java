package org.todoku.appliance;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.BoundingBox;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.member.MemberId;
import org.todoku.appliance.member.MemberState;
import org.todoku.appliance.member.NewMember;

/** Leaving by the link that stands in a mail's header (RFC 8058). */
class OneClickTest {
    private static final byte[] ONE_CLICK =
            "List-Unsubscribe=One-Click".getBytes(StandardCharsets.US_ASCII);
    private static final String FORM = "application/x-www-form-urlencoded";

    @TempDir Path folder;
    private RunningAppliance running;
    private OrganisationId organisation;
    private MemberId member;
    private String path;

    @BeforeEach
    void begin() {
        running = new RunningAppliance(folder);
        organisation = running.appliance.parts().organisations().all().getFirst().id();
        member =
                running.appliance
                        .parts()
                        .members()
                        .create(
                                organisation,
                                new NewMember(
                                        "田中",
                                        "たなか",
                                        List.of(EmailAddress.of("tanaka@example.jp")),
                                        Map.of(),
                                        Optional.empty()));
        path = URI.create(running.appliance.parts().mailText().leaveLink(member)).getPath();
    }

    @AfterEach
    void end() {
        running.close();
    }

    @Test
    void onePostTakesTheMemberOutAndAgainIsTheSame() {
        assertThat(running.post(path, FORM, ONE_CLICK).statusCode()).isEqualTo(200);
        assertThat(state()).isEqualTo(MemberState.LEFT);
        assertThat(running.post(path, FORM, ONE_CLICK).statusCode()).isEqualTo(200);
    }

    @Test
    void lookingAtTheLinkTakesNobodyOut() {
        HttpResponse<String> page = running.get(path);
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).contains("退会する").doesNotContain("tanaka");
        assertThat(running.post(path, FORM, new byte[0]).statusCode()).isEqualTo(403);
        assertThat(state()).isEqualTo(MemberState.JOINED);
    }

    /** By a person who follows the link on a small phone. */
    @Test
    void thePageFitsASmallPhoneAndItsButtonLeaves() throws Exception {
        try (Chromium chromium = Chromium.open()) {
            Page phone =
                    chromium.browser()
                            .newPage(
                                    new Browser.NewPageOptions()
                                            .setViewportSize(360, 640)
                                            .setLocale("ja-JP"));
            phone.navigate(running.url + path);
            picture(phone, "leave-360.png");
            assertThat((Integer) phone.evaluate("document.documentElement.scrollWidth"))
                    .isEqualTo(360);
            BoundingBox button = phone.locator("main button").boundingBox();
            assertThat(button.height).as("a thumb finds it").isGreaterThanOrEqualTo(44);
            phone.click("main button");
            phone.waitForCondition(() -> phone.content().contains("退会しました"));
            picture(phone, "left-360.png");
            assertThat(state()).isEqualTo(MemberState.LEFT);
        }
    }

    private static void picture(Page page, String name) throws Exception {
        Path pictures = Files.createDirectories(Path.of("target/pictures"));
        page.screenshot(new Page.ScreenshotOptions().setPath(pictures.resolve(name)));
    }

    @Test
    void theLinkDoesNothingElse() {
        String token = path.split("/")[2];
        assertThat(running.get("/m/" + token).body()).doesNotContain("tanaka");
        assertThat(running.post("/m/" + token + "/profile", FORM, ONE_CLICK).statusCode())
                .isBetween(400, 404);
        String other = path.replace(token, token.substring(2) + "AA");
        assertThat(running.post(other, FORM, ONE_CLICK).statusCode()).isEqualTo(404);
        assertThat(state()).isEqualTo(MemberState.JOINED);
    }

    @Test
    void isTakenWhileTheStorageRefusesWrites() {
        running.appliance.gate().close("a test", "none");
        assertThat(running.post(path, FORM, ONE_CLICK).statusCode()).isEqualTo(202);
        running.appliance.gate().open();
        RunningAppliance.await("the member has left", () -> state() == MemberState.LEFT);
    }

    private MemberState state() {
        return running.appliance.parts().members().find(organisation, member).orElseThrow().state();
    }
}
