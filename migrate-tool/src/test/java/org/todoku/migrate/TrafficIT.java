package org.todoku.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.ApplianceConfig.HostAndPort;
import org.todoku.appliance.names.Bind;
import org.todoku.migrate.dns.Lookups;

/** A takeover that takes the names along, at a real BIND 9. */
@EnabledIf(value = "org.todoku.appliance.names.Bind#isInstalled", disabledReason = "no bind9")
class TrafficIT {
    @TempDir Path folder;

    @Test
    void theNamesFollowTheService() throws Exception {
        SampleService old = new SampleService(folder.resolve("old"), "local").setUp();
        Path said = folder.resolve("said");
        Path hook = Files.createDirectories(folder.resolve("old/hooks")).resolve("balancer");
        Files.writeString(hook, "#!/bin/sh\necho $TODOKU_RUNBOOK $TODOKU_NAMES > " + said + "\n");
        Files.setPosixFilePermissions(hook, PosixFilePermissions.fromString("rwx------"));
        Files.writeString(folder.resolve("old/tsig.key"), Bind.SECRET);
        try (Bind server = Bind.taking(folder.resolve("named"), "192.0.2.1", 86_400)) {
            Files.writeString(
                    old.config(),
                    """
                    dns: { names: renraku.example.jp, server: "%s", zone: example.jp,
                           key-name: todoku, key-file: tsig.key, hooks: hooks }
                    """
                            .formatted(at(server)),
                    StandardOpenOption.APPEND);
            Command dry = takeover(old, "--dry-run");
            assertThat(dry.out()).contains("remembered for up to 86,400 s", "makes the names lead");
            Command taken = takeover(old);
            assertThat(taken.status()).as(taken.toString()).isZero();
            assertThat(taken.out()).contains("all names lead here", "1 hooks ran");
            assertThat(Lookups.at(at(server)).ask("renraku.example.jp").addresses())
                    .containsExactly("192.0.2.9");
            assertThat(said).hasContent("takeover renraku.example.jp");
        }
    }

    /** A day before is when it helps, so the plan of a move says it too. */
    @Test
    void thePlanOfAMoveAdvisesOnTheTtl() throws Exception {
        SampleService old = new SampleService(folder.resolve("old"), "local-or-archive").setUp();
        Path token = Files.writeString(folder.resolve("token"), old.token());
        SampleService next = old.next(folder.resolve("next"));
        Files.copy(old.key(), next.key());
        try (Bind server = Bind.taking(folder.resolve("named"), "192.0.2.1", 7_200);
                Child living = old.serve()) {
            Files.writeString(
                    next.config(),
                    "dns: { names: renraku.example.jp, server: \"%s\", zone: example.jp }\n"
                            .formatted(at(server)),
                    StandardOpenOption.APPEND);
            Command dry =
                    Command.run(
                            "move",
                            "--dry-run",
                            "--from",
                            "http://127.0.0.1:" + old.port(),
                            "--token-file",
                            token.toString(),
                            "--data",
                            next.data().toString(),
                            "--config",
                            next.config().toString());
            assertThat(dry.status()).as(dry.toString()).isZero();
            assertThat(dry.out())
                    .contains("renraku.example.jp is remembered for up to 7,200 s")
                    .contains("set a day before");
            assertThat(living.isAlive()).isTrue();
        }
    }

    /**
     * The service is more than its name: a name server that is away keeps nobody from taking over.
     */
    @Test
    void aNameServerThatIsAwayKeepsNothingFromBeingServed() throws Exception {
        SampleService old = new SampleService(folder.resolve("old"), "local").setUp();
        Files.writeString(
                old.config(),
                "dns: { names: renraku.example.jp, server: \"127.0.0.1:1\", zone: example.jp }\n",
                StandardOpenOption.APPEND);
        Command taken = takeover(old);
        assertThat(taken.status()).as(taken.toString()).isZero();
        assertThat(taken.out())
                .contains("NOT CHANGED: ", "make the names lead to this host yourself");
    }

    private Command takeover(SampleService old, String... more) {
        String[] words = {
            "takeover",
            "--no-start",
            "--address",
            "192.0.2.9",
            "--data",
            folder.resolve("new").toString(),
            "--config",
            old.config().toString()
        };
        String[] all = java.util.Arrays.copyOf(words, words.length + more.length);
        System.arraycopy(more, 0, all, words.length, more.length);
        return Command.run(all);
    }

    private static HostAndPort at(Bind bind) {
        return new HostAndPort("127.0.0.1", bind.at().getPort());
    }
}
