package org.todoku.appliance.inbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.todoku.appliance.delivery.Network.await;

import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.delivery.FakeRelay;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.member.MailCharset;

/** What the program writes by itself is in the letters that the member's phone reads. */
@SuppressWarnings("NullAway.Init")
class AutomaticMailCharsetTest {
    private static final String OLD = "old@phone.example";
    private static final String NEW = "new@phone.example";
    private static final String TO = "midori@todoku.example";

    @TempDir Path dir;
    private Post post;

    @BeforeEach
    void start() {
        post = Post.open(dir);
        for (String address : new String[] {OLD, NEW}) {
            post.network().member(address);
        }
        var id =
                post.network()
                        .members
                        .byAddress(post.network().school.id(), EmailAddress.of(OLD))
                        .orElseThrow()
                        .id();
        post.network().members.setCharset(post.network().school.id(), id, MailCharset.ISO_2022_JP);
    }

    @AfterEach
    void stop() throws InterruptedException {
        post.close();
    }

    @Test
    void alreadyAMemberAndLeftAreWrittenInTheMembersCharset() throws Exception {
        for (String subject : new String[] {"", "退会"}) {
            int before = post.relay().taken().size();
            for (String from : new String[] {OLD, NEW}) {
                Rig.arrive(
                        post.network(),
                        from,
                        TO,
                        "From: " + from + "\r\nSubject: " + subject + "\r\n\r\n");
            }
            post.inbound().wake();
            await(() -> post.relay().taken().size() == before + 2);
            FakeRelay.Taken old = last(OLD);
            assertThat(old.text())
                    .contains("charset=iso-2022-jp", "Content-Transfer-Encoding: 7bit")
                    .contains("Subject: =?iso-2022-jp?B?")
                    .doesNotContain("utf-8");
            assertThat(last(NEW).text()).contains("base64").doesNotContain("iso-2022-jp");
            assertThat(read(old).getContent().toString().replace("\r\n", "\n").strip())
                    .as("the same words, by an independent reader")
                    .isEqualTo(
                            read(last(NEW))
                                    .getContent()
                                    .toString()
                                    .replace("\r\n", "\n")
                                    .strip()
                                    .replaceAll("/m/\\S+", link(old)));
            assertThat(read(old).getSubject()).isEqualTo(read(last(NEW)).getSubject());
        }
    }

    private static String link(FakeRelay.Taken mail) throws Exception {
        String text = read(mail).getContent().toString();
        int at = text.indexOf("/m/");
        return at < 0 ? "" : text.substring(at).split("\\s", 2)[0];
    }

    private FakeRelay.Taken last(String to) {
        return post.relay().taken().stream()
                .filter(mail -> mail.recipient().equals(to))
                .reduce((first, second) -> second)
                .orElseThrow();
    }

    private static MimeMessage read(FakeRelay.Taken mail) throws Exception {
        return new MimeMessage(
                Session.getInstance(new Properties()),
                new ByteArrayInputStream(mail.text().getBytes(StandardCharsets.US_ASCII)));
    }
}
