package org.todoku.appliance;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.FilePayload;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.demo.CaughtMail.CaughtFile;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.member.MemberId;
import org.todoku.appliance.member.NewMember;

/** Pictures and PDFs on their way from the form to the phone, with an archive. */
class AttachmentTest {
    private static final String PDF_NAME = "運動会 案内.pdf";

    @TempDir Path folder;
    private final byte[] pdf = "%PDF-1.4\n%%EOF\n".getBytes(StandardCharsets.US_ASCII);
    private RunningAppliance running;
    private MemberId member;

    @BeforeEach
    void start() {
        running = RunningAppliance.archived(folder.resolve("data"), folder.resolve("archive"));
        var parts = running.appliance.parts();
        member =
                parts.members()
                        .create(
                                parts.organisations().bySlug("shiken").orElseThrow().id(),
                                new NewMember(
                                        "鈴木 一郎",
                                        "",
                                        List.of(EmailAddress.of("i@example.jp")),
                                        Map.of()));
    }

    @AfterEach
    void stop() {
        running.close();
    }

    @Test
    void aPictureAndAPdfReachTheMailAndThePage() throws Exception {
        try (Chromium chromium = Chromium.open()) {
            Page page = chromium.browser().newPage();
            signIn(page);
            page.navigate(running.url + "/console/messages/new");
            page.fill("#subject", "運動会のご案内");
            page.fill("#body", "案内をお送りします。");
            page.setInputFiles(
                    "#files",
                    new FilePayload[] {
                        new FilePayload("map.png", "image/png", png()),
                        new FilePayload(PDF_NAME, "application/pdf", pdf)
                    });
            page.click("main form .buttons button");
            assertThat(page.locator("dl.facts")).containsText(PDF_NAME);
            page.click("#send");
            assertThat(page.locator("ul.files li")).hasCount(2);
            String id = page.url().replaceAll(".*/messages/([0-9]+).*", "$1");

            RunningAppliance.await("the mail", () -> running.catcher.newest(10).size() == 1);
            var files = running.catcher.newest(1).getFirst().files();
            assertThat(files).extracting(CaughtFile::name).containsExactly("map.png", PDF_NAME);
            assertThat(files).extracting(CaughtFile::sha256).contains(sha256(pdf));

            Page phone =
                    chromium.browser()
                            .newPage(new Browser.NewPageOptions().setViewportSize(360, 740));
            phone.navigate(
                    running.appliance.parts().mailText().messageLink(Long.parseLong(id), member));
            assertThat(phone.locator(".letter .file")).hasCount(2);
            assertThat(phone.evaluate("document.querySelector('.file img').naturalWidth"))
                    .isEqualTo(320);
            Path pictures = Files.createDirectories(Path.of("target/pictures"));
            phone.screenshot(
                    new Page.ScreenshotOptions()
                            .setPath(pictures.resolve("attachment.png"))
                            .setFullPage(true));
        }
        try (Stream<Path> blobs = Files.list(folder.resolve("archive/blob"))) {
            assertThat(blobs).hasSize(2);
        }
    }

    @Test
    void theApiTakesWhatItKnowsAndRefusesTheRest() throws Exception {
        HttpResponse<String> kept =
                running.post("/api/v1/attachments?name=a.png", "application/octet-stream", png());
        assertThat(kept.statusCode()).as(kept.body()).isEqualTo(201);
        JsonNode file = new ObjectMapper().readTree(kept.body());
        assertThat(file.at("/type").asText()).isEqualTo("image/png");
        String message =
                """
                {"subject":"s","body":"b","audience":{"everyone":true},
                 "attachments":[{"id":"%s","name":"../../a.png"}]}""";
        HttpResponse<String> sent =
                running.post("/api/v1/messages", message.formatted(file.at("/id").asText()));
        assertThat(sent.statusCode()).as(sent.body()).isEqualTo(201);
        String id = new ObjectMapper().readTree(sent.body()).at("/id").asText();
        assertThat(running.get("/api/v1/messages/" + id).body()).contains("\"name\":\"a.png\"");

        byte[] script = "<script>".getBytes(StandardCharsets.US_ASCII);
        assertThat(running.post("/api/v1/attachments", "text/html", script).statusCode())
                .isEqualTo(400);
        byte[] large = new byte[9 << 20];
        System.arraycopy(png(), 0, large, 0, 100);
        assertThat(running.post("/api/v1/attachments", "image/png", large).statusCode())
                .isEqualTo(413);
        assertThat(running.post("/api/v1/messages", message.formatted("0".repeat(64))).statusCode())
                .isEqualTo(400);
        assertThat(running.post("/api/v1/messages", message.formatted("../x")).statusCode())
                .isEqualTo(400);
    }

    private void signIn(Page page) {
        page.navigate(running.url + "/console/");
        page.fill("#email", RunningAppliance.EMAIL);
        page.fill("#password", RunningAppliance.PASSWORD);
        page.click("main button");
    }

    private static String sha256(byte[] content) throws NoSuchAlgorithmException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    }

    private static byte[] png() throws IOException {
        BufferedImage image = new BufferedImage(320, 200, BufferedImage.TYPE_INT_RGB);
        var pen = image.createGraphics();
        pen.setColor(Color.ORANGE);
        pen.fillOval(20, 20, 200, 160);
        pen.dispose();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, "png", out);
        return out.toByteArray();
    }
}
