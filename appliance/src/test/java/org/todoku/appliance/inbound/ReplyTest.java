package org.todoku.appliance.inbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.todoku.appliance.delivery.Network.await;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.audience.Audience;
import org.todoku.appliance.delivery.FakeRelay;
import org.todoku.appliance.delivery.Network;
import org.todoku.appliance.message.MessageId;
import org.todoku.appliance.message.NewMessage;
import org.todoku.appliance.message.Survey;
import org.todoku.appliance.survey.Answers;

/** Members who answer by mail, to several questions at once. */
@SuppressWarnings("NullAway.Init")
class ReplyTest {

    @TempDir Path dir;
    private FakeRelay relay;
    private Network network;
    private Post post;
    private InboundMail inbound;
    private Answers answers;

    @BeforeEach
    void start() {
        post = Post.open(dir);
        relay = post.relay();
        network = post.network();
        inbound = post.inbound();
        network.member("hanako@example.jp");
        network.member("taro@example.jp");
        answers = new Answers(network.database, network.clock);
    }

    @AfterEach
    void stop() throws InterruptedException {
        post.close();
    }

    @Test
    void eachReplyGoesToItsQuestionAndTheLastCounts() throws Exception {
        MessageId outing = ask("遠足", "○ 参加", "× 不参加");
        MessageId duty = ask("当番", "土曜", "日曜");
        String hanakoOuting = mail(outing, "hanako@example.jp");
        String hanakoDuty = mail(duty, "hanako@example.jp");
        assertThat(hanakoOuting).contains("Reply-To: midori+r");

        reply("hanako@example.jp", replyTo(hanakoOuting), "", "○です\n\n> 遠足 ×");
        // Her phone answers to From, and from her other address would be nobody.
        reply("hanako@example.jp", "midori@todoku.example", mailId(hanakoDuty), "日曜\n");
        await(() -> tally(outing).equals("1 0") && tally(duty).equals("0 1"));

        reply("hanako@example.jp", replyTo(hanakoOuting), "", "×\n-- \n花子");
        reply("taro@example.jp", replyTo(mail(outing, "taro@example.jp")), "", "不参加です");
        await(() -> tally(outing).equals("0 2"));
        assertThat(network.ledger.counts(outing).answered()).isEqualTo(2);
        assertThat(network.ledger.counts(duty).answered()).isEqualTo(1);
        assertThat(network.ledger.page(outing, Optional.empty(), Optional.empty()).items())
                .allMatch(row -> row.answer().equals(Optional.of("× 不参加")));
    }

    @Test
    void whatIsNotClearIsListedWithTheReason() throws Exception {
        MessageId outing = ask("遠足", "○ 参加", "× 不参加");
        String mail = mail(outing, "hanako@example.jp");
        reply("hanako@example.jp", replyTo(mail), "", "参加できるか明日お返事します");
        Inquiries inquiries = new Inquiries(network.database);
        await(() -> !inquiries.list(network.school.id()).isEmpty());
        Inquiry listed = inquiries.list(network.school.id()).getFirst();
        assertThat(listed.why()).contains("not clear").contains("none of the choices");
        assertThat(listed.excerpt()).contains("明日お返事");
        assertThat(tally(outing)).isEqualTo("0 0");
    }

    /** Who knows only a Message-ID, or guesses an address for answers, answers for nobody. */
    @Test
    void nobodyAnswersForAnother() throws Exception {
        MessageId outing = ask("遠足", "○ 参加", "× 不参加");
        String mail = mail(outing, "hanako@example.jp");
        reply("taro@example.jp", "midori@todoku.example", mailId(mail), "○");
        String forged = replyTo(mail).replaceFirst("\\+r..", "+rzz");
        reply("stranger@example.com", forged, "", "○");
        await(() -> states().stream().noneMatch("new"::equals));
        assertThat(tally(outing)).isEqualTo("0 0");
    }

    @Test
    void leavingByReplyIsLeaving() throws Exception {
        MessageId outing = ask("遠足", "○ 参加", "× 不参加");
        reply("hanako@example.jp", replyTo(mail(outing, "hanako@example.jp")), "", "退会");
        await(() -> network.members.counts(network.school.id()).joined() == 1);
    }

    private MessageId ask(String subject, String... choices) throws InterruptedException {
        NewMessage message =
                new NewMessage(
                        subject,
                        "お答えください。",
                        new Audience.Everyone(),
                        false,
                        Optional.empty(),
                        Optional.empty(),
                        List.of(),
                        Optional.of(new Survey(List.of(choices))));
        MessageId id = network.sending.send(network.school.id(), "test", message, Optional.empty());
        post.dispatcher().wake();
        await(() -> network.ledger.counts(id).handedOver() == 2);
        return id;
    }

    private String mail(MessageId message, String to) {
        return relay.taken().stream()
                .filter(taken -> taken.recipient().equals(to))
                .map(FakeRelay.Taken::text)
                .filter(text -> text.contains("<m" + message + "."))
                .findFirst()
                .orElseThrow();
    }

    private static String replyTo(String mail) {
        return find("(?m)^Reply-To: (\\S+)", mail);
    }

    private static String mailId(String mail) {
        return find("(?m)^Message-ID: (\\S+)", mail);
    }

    private static String find(String pattern, String text) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertThat(matcher.find()).as(pattern).isTrue();
        return matcher.group(1);
    }

    private void reply(String from, String to, String answered, String text) {
        String references =
                answered.isEmpty()
                        ? ""
                        : "In-Reply-To: " + answered + "\r\nReferences: " + answered + "\r\n";
        Rig.arrive(
                network,
                from,
                to,
                "From: "
                        + from
                        + "\r\nSubject: Re: x\r\n"
                        + references
                        + "Content-Type: text/plain; charset=utf-8\r\n\r\n"
                        + text);
        inbound.wake();
    }

    private String tally(MessageId message) {
        var counts = answers.tally(message);
        return counts.get(0).people() + " " + counts.get(1).people();
    }

    private List<String> states() {
        return network.database.read(
                tx -> tx.query("SELECT state FROM inbound_mail", row -> row.text("state")));
    }
}
