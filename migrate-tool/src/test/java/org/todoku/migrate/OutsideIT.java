package org.todoku.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.ApplianceConfig.HostAndPort;
import org.todoku.appliance.names.Bind;
import org.todoku.migrate.dns.Lookups;

/**
 * What is seen from outside after a takeover: a BIND 9 keeps the names, a second one remembers the
 * old answer, and two hosts have an address of loopback each.
 */
@EnabledIf(value = "org.todoku.appliance.names.Bind#isInstalled", disabledReason = "no bind9")
class OutsideIT {
    /** Longer than a takeover takes on a machine that is busy with other things. */
    private static final int TTL = 40;

    @TempDir Path folder;

    @Test
    void tellsWhoStillComesToTheOldHostAndForHowLong() throws Exception {
        SampleService old = new SampleService(folder.resolve("old"), "local-and-archive").setUp();
        Files.writeString(folder.resolve("old/tsig.key"), Bind.SECRET);
        try (Bind names = Bind.taking(folder.resolve("names"), "127.0.0.1", TTL);
                Bind memory = Bind.remembering(folder.resolve("memory"), names);
                Child server = named(old, names).serve()) {
            assertThat(look(old, memory).status()).as("while it is only being known").isZero();
            Path config = elsewhere(old);
            try (Child taking = takeOver(config, memory)) {
                String first = taking.await("  ! mail.example.jp at ");
                assertThat(first)
                        .contains(at(memory).toString(), "[127.0.0.1]", "for up to ")
                        .contains("there answers epoch [2], not 4");
                assertThat(look(old, memory).status()).as("people still come to the old").isOne();
                taking.await("  ! seen from outside: all ways lead here");
                assertThat(Lookups.at(at(memory)).ask("mail.example.jp").addresses())
                        .containsExactly("127.0.0.2");
                assertThat(Files.readString(folder.resolve("new/reports/outside.txt")))
                        .contains("not 4", "the service is there (epoch 4)");
                Command now = look(old, memory);
                assertThat(now.status()).as(now.toString()).isZero();
                assertThat(now.out()).contains("all ways lead to the writer of epoch 4");
                assertThat(server.isAlive()).isTrue();
            }
        }
    }

    @Test
    void tellsANameThatNobodyKnowsAndAHostThatDoesNotAnswer() throws Exception {
        SampleService old = new SampleService(folder.resolve("old"), "local").setUp();
        Files.writeString(folder.resolve("old/tsig.key"), Bind.SECRET);
        try (Bind names = Bind.taking(folder.resolve("names"), "127.0.0.1", TTL);
                Bind memory = Bind.remembering(folder.resolve("memory"), names)) {
            SampleService named = named(old, names);
            Command silent = look(named, memory);
            assertThat(silent.status()).as(silent.toString()).isOne();
            assertThat(silent.out()).contains("nobody answers at 127.0.0.1", "NOT YET");
            String yaml = Files.readString(old.config()).replace("names: mail.", "names: nobody.");
            Files.writeString(old.config(), yaml);
            assertThat(look(named, memory).out()).contains("it knows no address");
            Command wrong =
                    Command.run(
                            "look",
                            "--config",
                            old.config().toString(),
                            "--resolver",
                            "dns.example.jp");
            assertThat(wrong.status()).isEqualTo(2);
            assertThat(wrong.err()).contains("--resolver dns.example.jp is no address", "Hint: ");
        }
    }

    /** One name, which has no IPv6 address in the zone. */
    private static SampleService named(SampleService service, Bind names) throws Exception {
        Files.writeString(
                service.config(),
                """
                dns: { names: mail.example.jp, server: "%s", zone: example.jp, ttl: 5s,
                       key-name: todoku, key-file: tsig.key }
                """
                        .formatted(at(names)),
                StandardOpenOption.APPEND);
        return service;
    }

    /** The same service at the same port of another address. */
    private Path elsewhere(SampleService old) throws Exception {
        Path config = Files.createDirectories(folder.resolve("next")).resolve("todoku.yaml");
        String yaml =
                Files.readString(old.config())
                        .replace("bind: 127.0.0.1", "bind: 127.0.0.2")
                        .replace("key-file: tsig.key", "key-file: " + folder + "/old/tsig.key");
        Files.writeString(config, yaml);
        return config;
    }

    private Child takeOver(Path config, Bind memory) throws Exception {
        return Child.start(
                folder,
                Main.class,
                "takeover",
                "--data",
                folder.resolve("new").toString(),
                "--config",
                config.toString(),
                "--address",
                "127.0.0.2",
                "--resolver",
                at(memory).toString());
    }

    private static Command look(SampleService service, Bind memory) {
        return Command.run(
                "look",
                "--config",
                service.config().toString(),
                "--resolver",
                at(memory).toString());
    }

    private static HostAndPort at(Bind bind) {
        return new HostAndPort("127.0.0.1", bind.at().getPort());
    }
}
