package org.todoku.appliance.inbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.todoku.appliance.delivery.Network.await;

import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.delivery.FakeRelay;
import org.todoku.appliance.delivery.Network;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.kernel.FaultException;

/** Joining where not anyone may. */
@SuppressWarnings("NullAway.Init")
class JoiningTest {
    private static final String PLAIN = "midori@todoku.example";

    @TempDir Path dir;
    private FakeRelay relay;
    private Network network;
    private Post post;
    private InboundMail inbound;
    private Joining joining;

    @BeforeEach
    void start() {
        post = Post.open(dir);
        relay = post.relay();
        network = post.network();
        inbound = post.inbound();
        joining = inbound.joining();
    }

    @AfterEach
    void stop() throws InterruptedException {
        post.close();
    }

    @Test
    void withACodeOnlyThoseJoinWhoHaveIt() throws Exception {
        joining.set(network.school.id(), new Joining.Rules("Sakura7", false));
        mail("stranger@example.jp", PLAIN, "", "");
        mail("wrong@example.jp", "midori+jmomiji9@todoku.example", "", "");
        await(() -> relay.taken().size() == 2);
        assertThat(relay.taken()).allMatch(m -> m.text().contains("Auto-Submitted: auto-replied"));
        assertThat(joined()).isZero();

        mail("byaddress@example.jp", "midori+jsakura7@todoku.example", "", "Sent from my iPhone");
        mail("bytext@example.jp", PLAIN, "", "ＳＡＫＵＲＡ７\n-- \n花子");
        mail("bysubject@example.jp", PLAIN, "sakura7", "");
        await(() -> joined() == 3);

        joining.set(network.school.id(), new Joining.Rules("momiji9", false));
        mail("late@example.jp", "midori+jsakura7@todoku.example", "", "");
        await(() -> relay.taken().size() == 6);
        assertThat(joined()).as("the old code is worth nothing").isEqualTo(3);

        mail("bytext@example.jp", PLAIN, "", "");
        await(() -> relay.taken().size() == 7);
        assertThat(joined()).as("a member needs no code").isEqualTo(3);
    }

    /** The address with the code is in everybody's phone: what they write counts. */
    @Test
    void theAddressWithTheCodeAloneMakesNobodyJoinOrStay() throws Exception {
        String coded = "midori+jsakura7@todoku.example";
        joining.set(network.school.id(), new Joining.Rules("sakura7", false));
        mail("asks@example.jp", coded, "", "どうすれば入れますか");
        Inquiries inquiries = new Inquiries(network.database);
        await(() -> inquiries.list(network.school.id()).size() == 1);
        assertThat(joined()).isZero();

        mail("hanako@example.jp", coded, "", "");
        await(() -> joined() == 1);
        mail("hanako@example.jp", coded, "", "退会");
        await(() -> joined() == 0);
    }

    @Test
    void withApprovalAPersonLetsThemIn() throws Exception {
        joining.set(network.school.id(), new Joining.Rules("", true));
        mail("Hanako <hanako@example.jp>", PLAIN, "", "");
        mail("taro@example.jp", PLAIN, "", "");
        mail("taro@example.jp", PLAIN, "", "");
        await(() -> joining.waiting(network.school.id()).size() == 2);
        await(() -> relay.taken().size() == 3);
        assertThat(joined()).isZero();
        var hanako = joining.waiting(network.school.id()).getFirst();
        assertThat(hanako.name()).isEqualTo("Hanako");
        assertThat(hanako.address()).isEqualTo("hanako@example.jp");

        assertThat(joining.approve(network.school.id(), hanako.id())).isTrue();
        assertThat(joining.approve(network.school.id(), hanako.id())).as("twice").isFalse();
        assertThat(joined()).isEqualTo(1);
        post.dispatcher().wake();
        await(() -> relay.taken().size() == 4);
        assertThat(relay.taken().getLast().recipient()).isEqualTo("hanako@example.jp");

        var taro = joining.waiting(network.school.id()).getFirst();
        assertThat(joining.decline(network.school.id(), taro.id())).isTrue();
        assertThat(joining.waiting(network.school.id())).isEmpty();
        assertThat(network.members.byAddress(network.school.id(), EmailAddress.of(taro.address())))
                .isEmpty();
    }

    @Test
    void codesCanStandInAnAddress() {
        for (String wrong : new String[] {"abc", "a+b4", "さくら77", "x".repeat(21)}) {
            assertThatThrownBy(() -> new Joining.Rules(wrong, false))
                    .isInstanceOf(FaultException.class)
                    .hasMessageContaining("4 to 20");
        }
        String fresh = Joining.freshCode(new Random(1));
        assertThat(new Joining.Rules(fresh, false).code()).isEqualTo(fresh).hasSize(8);
    }

    private long joined() {
        return network.members.counts(network.school.id()).joined();
    }

    private void mail(String from, String to, String subject, String text) {
        String address =
                from.contains("<")
                        ? from.substring(from.indexOf('<') + 1, from.indexOf('>'))
                        : from;
        Rig.arrive(
                network,
                address,
                to,
                "From: "
                        + from
                        + "\r\nSubject: "
                        + subject
                        + "\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
                        + text);
        inbound.wake();
    }
}
