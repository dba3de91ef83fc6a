package org.todoku.migrate.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.ApplianceConfig.HostAndPort;
import org.todoku.appliance.names.Bind;

/** Dynamic updates at a real BIND 9. */
@EnabledIf(value = "org.todoku.appliance.names.Bind#isInstalled", disabledReason = "no bind9")
class DynamicUpdateIT {
    @TempDir Path folder;

    @Test
    void makesAllNamesLeadToTheNewAddressesAndNoOther() throws Exception {
        Path secret = Files.writeString(folder.resolve("tsig.key"), Bind.SECRET + "\n");
        try (Bind server = Bind.taking(folder.resolve("named"), "192.0.2.1", 86_400)) {
            Lookups lookups = Lookups.at(at(server));
            Lookups.Answer before = lookups.ask("renraku.example.jp");
            assertThat(before.addresses()).hasSize(2);
            assertThat(before.ttl()).contains(Duration.ofDays(1));
            var key = Optional.of(new DynamicUpdate.Key("todoku", secret));
            var update = new DynamicUpdate(at(server), "example.jp", key);
            update.point(destination());
            update.point(destination()); // Again does no harm.
            for (String name : destination().names()) {
                Lookups.Answer after = lookups.ask(name);
                assertThat(after.addresses()).containsExactly("192.0.2.7");
                assertThat(after.ttl()).contains(Duration.ofMinutes(1));
            }
            assertThat(lookups.ask("nobody.example.jp").addresses()).isEmpty();
        }
    }

    @Test
    void saysWhyItWasNotTaken() throws Exception {
        Path wrong = Files.writeString(folder.resolve("wrong.key"), "AAAA" + Bind.SECRET);
        Path none = Files.writeString(folder.resolve("none.key"), "no base64!\n");
        try (Bind server = Bind.taking(folder.resolve("named"), "192.0.2.1", 86_400)) {
            for (Optional<DynamicUpdate.Key> key :
                    List.of(
                            Optional.<DynamicUpdate.Key>empty(),
                            Optional.of(new DynamicUpdate.Key("todoku", wrong)),
                            Optional.of(new DynamicUpdate.Key("other", wrong)),
                            Optional.of(new DynamicUpdate.Key("todoku", none)))) {
                var update = new DynamicUpdate(at(server), "example.jp", key);
                assertThatThrownBy(() -> update.point(destination()))
                        .as(key.toString())
                        .isInstanceOf(NameException.class)
                        .hasMessageContaining("Hint: ");
            }
            assertThat(Lookups.at(at(server)).ask("mail.example.jp").addresses())
                    .containsExactly("192.0.2.1");
        }
    }

    private static Destination destination() throws Exception {
        return new Destination(
                List.of("renraku.example.jp", "mail.example.jp"),
                List.of(Lookups.address("192.0.2.7")),
                Duration.ofMinutes(1));
    }

    private static HostAndPort at(Bind bind) {
        return new HostAndPort("127.0.0.1", bind.at().getPort());
    }
}
