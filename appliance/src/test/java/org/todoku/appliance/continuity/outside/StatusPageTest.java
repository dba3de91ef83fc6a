package org.todoku.appliance.continuity.outside;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.Chromium;
import org.todoku.appliance.continuity.outside.PublicNotice.Level;
import org.todoku.appliance.continuity.outside.PublishPlaces.Named;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;

/** The page that outlives the server, as a browser shows it. */
class StatusPageTest {
    private static final URI SERVICE = URI.create("https://renraku.example.jp");

    @TempDir Path folder;
    private WebHost host;
    private volatile Optional<OutsideState> state = Optional.of(state("normal"));

    @BeforeEach
    void start() throws Exception {
        host = new WebHost();
    }

    @AfterEach
    void stop() {
        host.close();
    }

    @Test
    void turnsRedByItselfWhenTheServerIsSilent() throws Exception {
        StatusPublisher publisher = publisher(place(WebHost.PASSWORD));
        publisher.publish();
        publisher.tell(
                new PublicNotice(
                        Level.TROUBLE,
                        "サーバーを移しています。<b>23時</b>に次のお知らせをします。",
                        "We are moving the server.",
                        Instant.now(),
                        Optional.of(Instant.now().plus(Duration.ofHours(1))),
                        "PTA 本部 090-0000-0000"));
        try (Chromium chromium = Chromium.open()) {
            Page page = page(chromium.browser());
            Locator head = page.locator("#head");
            assertThat(head).hasText("通常どおり動いています");
            assertThat(page.locator("#words")).containsText("<b>23時</b>");
            picture(page, "status-good.png");
            page.click("#language");
            assertThat(head).hasText("Running normally");
            page.click("#language");
            // As if the last sign of life was long ago; nobody touches the page.
            OutsideState last = state.orElseThrow();
            Instant longAgo = Instant.now().minus(OutsideState.SILENT).minusSeconds(5);
            host.files()
                    .put(
                            OutsideState.FILE,
                            new OutsideState(
                                            longAgo,
                                            last.state(),
                                            last.service(),
                                            last.epoch(),
                                            last.archive())
                                    .json());
            var patience = new LocatorAssertions.HasTextOptions().setTimeout(60_000);
            assertThat(head).hasText("サーバーから連絡がありません", patience);
            assertThat(page.locator("#state")).hasClass("bad");
            picture(page, "status-silent.png");
        }
    }

    /** As in the console: a backup that was not drilled for a week is not relied on. */
    @Test
    void showsTheLastDrillAndItsAgeInRedAfterAWeek() throws Exception {
        try (Chromium chromium = Chromium.open()) {
            assertThat(drill(chromium.browser(), Optional.of(drilled(Duration.ofDays(6), true))))
                    .matches("2.*（6日前）合格 good");
            assertThat(drill(chromium.browser(), Optional.of(drilled(Duration.ofDays(7), true))))
                    .matches("2.*（7日前）1週間以上前 bad");
            assertThat(drill(chromium.browser(), Optional.of(drilled(Duration.ofHours(2), false))))
                    .matches("2.*（0日前）不合格 bad");
            assertThat(drill(chromium.browser(), Optional.empty())).isEqualTo("未実施 bad");
        }
        OutsideState failed = state("normal", Optional.of(drilled(Duration.ofDays(1), false)));
        assertThat(OutsideState.read(failed.json())).isEqualTo(failed);
        assertThat(failed.archive().orElseThrow().lastDrill()).isEmpty();
    }

    private static OutsideState.Drill drilled(Duration ago, boolean passed) {
        return new OutsideState.Drill(Instant.now().minus(ago).minusSeconds(1), passed);
    }

    private String drill(Browser browser, Optional<OutsideState.Drill> drill) {
        state = Optional.of(state("normal", drill));
        publisher(place(WebHost.PASSWORD)).publish();
        try (Page page = page(browser)) {
            assertThat(page.locator("#drill-name")).hasText("最後の復旧訓練");
            Locator shown = page.locator("#drill");
            return shown.textContent() + " " + shown.getAttribute("class");
        }
    }

    private Page page(Browser browser) {
        Page page =
                browser.newPage(
                        new Browser.NewPageOptions().setViewportSize(360, 740).setLocale("ja-JP"));
        page.navigate("http://" + host.at());
        return page;
    }

    @Test
    void tellsNothingWhileAnotherHostMayBeTheWriter() {
        StatusPublisher publisher = publisher(place(WebHost.PASSWORD));
        state = Optional.empty();
        publisher.publish();
        assertThat(host.files()).isEmpty();
    }

    @Test
    void tellsAtOnceWhenTheStorageFaresOtherwise() {
        StatusPublisher publisher = publisher(place(WebHost.PASSWORD));
        publisher.publish();
        String first = text(OutsideState.FILE);
        state = Optional.of(state("normal"));
        publisher.publish();
        assertThat(text(OutsideState.FILE)).as("not before its time").isEqualTo(first);
        state = Optional.of(state("stalled"));
        publisher.publish();
        assertThat(text(OutsideState.FILE)).contains("\"state\" : \"stalled\"");
    }

    @Test
    void leavesThePageToALaterWriter() throws Exception {
        try (PublishPlace place = PublishPlaces.open(named(folder.toUri(), Optional.empty()))) {
            OutsideState later =
                    new OutsideState(Instant.now(), "normal", SERVICE, 8, Optional.empty());
            place.put(OutsideState.FILE, later.json());
            publisher(place).publish();
            assertThat(OutsideState.read(place.get(OutsideState.FILE).orElseThrow()))
                    .isEqualTo(later);
        }
    }

    @Test
    void saysOfAStopThatItIsOnPurpose() throws Exception {
        StatusPublisher publisher = publisher(place(WebHost.PASSWORD));
        publisher.publish();
        publisher.stop(Duration.ofSeconds(5));
        assertThat(text(OutsideState.FILE)).contains("\"state\" : \"stopped\"");
    }

    @Test
    void namesAPlaceThatRefuses() {
        StatusPublisher publisher = publisher(place("wrong"));
        assertThatThrownBy(publisher::publish)
                .isInstanceOfSatisfying(
                        FaultException.class,
                        e -> assertThat(e.fault()).isEqualTo(Fault.PUBLISH_FAILED))
                .hasMessageContaining("401")
                .hasMessageNotContaining("wrong");
    }

    @Test
    void liesInAFolderToo() throws Exception {
        try (PublishPlace place = PublishPlaces.open(named(folder.toUri(), Optional.empty()))) {
            publisher(place).publish();
            OutsideState read = OutsideState.read(place.get(OutsideState.FILE).orElseThrow());
            assertThat(read).isEqualTo(state.orElseThrow());
            assertThat(folder.resolve(StatusPage.FILE)).content().contains("renraku.example.jp");
        }
    }

    private StatusPublisher publisher(PublishPlace place) {
        return new StatusPublisher(place, () -> state, SERVICE, InstantSource.system());
    }

    private PublishPlace place(String password) {
        try {
            Path file = Files.writeString(folder.resolve("password"), password + "\n");
            URI url = URI.create("http://" + WebHost.USER + "@" + host.at());
            return PublishPlaces.open(named(url, Optional.of(file)));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static Named named(URI url, Optional<Path> password) {
        return new Named(url, password, Optional.empty(), Optional.empty(), false);
    }

    private static OutsideState state(String state) {
        return state(state, Optional.empty());
    }

    private static OutsideState state(String state, Optional<OutsideState.Drill> drill) {
        Instant now = Instant.now();
        return new OutsideState(
                now,
                state,
                SERVICE,
                7,
                Optional.of(
                        new OutsideState.Copy(
                                Duration.ofMillis(800),
                                false,
                                0,
                                Optional.of(now.minusSeconds(3600)),
                                drill,
                                Optional.of(now.minusSeconds(86_400)))));
    }

    private String text(String name) {
        byte[] file = host.files().get(name);
        return file == null ? "" : new String(file, StandardCharsets.UTF_8);
    }

    private static void picture(Page page, String name) throws Exception {
        Path pictures = Files.createDirectories(Path.of("target/pictures"));
        page.screenshot(
                new Page.ScreenshotOptions().setPath(pictures.resolve(name)).setFullPage(true));
    }
}
