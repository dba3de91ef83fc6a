package org.todoku.appliance.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.todoku.appliance.delivery.Network.await;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.internet.MimeMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.message.MessageId;

/** A server that others wrote reads what we send. */
class GreenMailTest {
    @TempDir Path dir;

    @Test
    void anotherServerReadsSubjectTextAndHeaders() throws Exception {
        GreenMail greenMail = new GreenMail(new ServerSetup(0, "127.0.0.1", "smtp"));
        greenMail.start();
        Relay relay =
                new Relay(
                        "127.0.0.1",
                        greenMail.getSmtp().getPort(),
                        Relay.Tls.NONE,
                        Optional.empty(),
                        100,
                        2);
        try (Network network = new Network(dir, relay)) {
            network.membersByList(30);
            MessageId id = network.send(true);
            Dispatcher dispatcher = network.dispatcher(Durability.LOCAL);
            dispatcher.start();
            await(() -> network.ledger.counts(id).handedOver() == 30);
            assertThat(dispatcher.stop(Duration.ofSeconds(10))).isTrue();

            assertThat(greenMail.getReceivedMessages()).hasSize(30);
            MimeMessage mail = greenMail.getReceivedMessages()[0];
            assertThat(mail.getSubject()).isEqualTo("運動会は延期します ①㈱髙");
            assertThat(mail.getContent().toString()).startsWith("明日の運動会は～雨のため延期です。");
            assertThat(mail.getFrom()[0].toString()).contains("midori@todoku.example");
            assertThat(mail.getHeader("List-Unsubscribe"))
                    .containsExactly("<mailto:midori@todoku.example?subject=%E9%80%80%E4%BC%9A>");
            assertThat(mail.getHeader("Importance")).containsExactly("high");
        } finally {
            greenMail.stop();
        }
    }
}
