package org.todoku.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.demo.CaughtMail;
import org.todoku.appliance.demo.MailCatcher;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.ArchiveKey;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.archive.Notice;
import org.todoku.backup.archive.NoticeBatch;
import org.todoku.backup.archive.Notices;
import org.todoku.backup.objects.ObjectStores;
import org.todoku.backup.objects.StoreLocation;
import org.todoku.backup.restore.RestorePlan;
import org.todoku.backup.restore.RestoreTarget;
import org.todoku.backup.restore.RestoredDatabase;

/** The server is dead, and people are told all the same. */
class NotifyCommandTest {
    private static final int MEMBERS = 45;

    @TempDir Path folder;
    private final MailCatcher relay = new MailCatcher(InstantSource.system());
    private SampleService service;
    private Path config;
    private Path body;

    @BeforeEach
    void aServiceThatDied() throws Exception {
        relay.start();
        service = new SampleService(folder.resolve("service"), "local-or-archive").setUp();
        try (Child server = service.serve()) {
            service.addMembers("m", MEMBERS - 1);
            service.addMembers("gone.", 1);
            // An orderly stop ships the rest.
            server.signal("TERM");
            server.status();
        }
        config = folder.resolve("notify.yaml");
        Files.writeString(
                config,
                """
                http: { public-url: "https://renraku.example.jp" }
                archive: { url: "%s", key-file: %s }
                mail: { domain: example.jp, relays: [ { url: "smtp://127.0.0.1:1" } ] }
                status: { publish: "%s", notice-relay: "smtp://127.0.0.1:%d" }
                """
                        .formatted(
                                service.archiveUrl(),
                                service.key(),
                                folder.resolve("page").toUri(),
                                relay.port()));
        body = Files.writeString(folder.resolve("body.txt"), "サーバーが止まっています。\n22時に続報をお知らせします。\n");
    }

    @AfterEach
    void stop() {
        relay.stop();
    }

    @Test
    void membersAreToldOnceAndTheLedgerKnowsWhenTheServiceReturns() throws Exception {
        Command dry = notify("--to", "members", "--dry-run");
        assertThat(dry.status()).as(dry.err()).isZero();
        assertThat(dry.out()).contains(MEMBERS + " would get it");
        assertThat(relay.newest(1)).isEmpty();

        Command sent = notify("--to", "members", "--json");
        // One mailbox refuses: it is not done for everybody.
        assertThat(sent.status()).as(sent.err()).isEqualTo(1);
        assertThat(sent.out()).contains("\"handedOver\":44", "\"notSent\":1", "\"inDoubt\":0");
        assertThat(to()).hasSize(44).doesNotHaveDuplicates();
        assertThat(relay.newest(1).getFirst().text()).contains("22時に続報");
        assertThat(folder.resolve("page/notice.json")).content().contains("22時に続報");
        String id = sent.out().replaceAll("(?s).*\"notice\":\"([^\"]+)\".*", "$1");

        Command again = notify("--to", "members", "--resume", id);
        assertThat(again.status()).as(again.err()).isEqualTo(1);
        assertThat(to()).hasSize(44);

        try (Child server = service.serve()) {
            awaitLine(server, "45 mails of the notice");
            server.signal("TERM");
            server.status();
        }
        assertThat(outcomes()).isEqualTo(Map.of("handedOver", 44, "refused", 1));
        // A second start stores nothing twice.
        try (Child server = service.serve()) {
            server.signal("TERM");
            server.status();
        }
        assertThat(outcomes()).isEqualTo(Map.of("handedOver", 44, "refused", 1));
    }

    /** Somebody who was claimed and of whom nothing more is known is in doubt, for ever. */
    @Test
    void whoeverWasClaimedBeforeACrashIsNotSentToAgain() throws Exception {
        String id = "0000000000001-crashed";
        try (Archive archive = archive()) {
            Notices notices = new Notices(archive);
            String at = "2026-11-26T12:00:00Z";
            assertThat(notices.begin(new Notice(id, at, "x", "members", "止まっています", "x"))).isTrue();
            long first = firstContact();
            var claimed = new NoticeBatch.Result(first, "claimed", at, "", "");
            assertThat(notices.claim(id, 1, new NoticeBatch(List.of(claimed)))).isTrue();
            assertThat(notices.claim(id, 1, new NoticeBatch(List.of()))).isFalse();
        }
        Command sent = notify("--to", "members", "--resume", id, "--json");
        assertThat(sent.out()).contains("\"handedOver\":43", "\"inDoubt\":1", "\"notSent\":1");
        assertThat(to()).hasSize(43);
    }

    @Test
    void saysWhatIsWrongWithTheCall() {
        assertThat(notify("--to", "members", "--organisation", "nobody").status()).isEqualTo(2);
        assertThat(notify("--resume", "unknown").status()).isEqualTo(2);
        assertThat(notify("--next-update", "tomorrow").err()).contains("2026-11-26T23:00:00+09:00");
        assertThat(Command.run("notify", "--config", config.toString()).status()).isEqualTo(2);
    }

    private long firstContact() throws Exception {
        Path copy = folder.resolve("copy");
        try (Archive archive = archive()) {
            var plan =
                    RestorePlan.of(
                            Chain.read(archive), archive.catalogue(), new RestoreTarget.Newest());
            new Restoring(
                            archive,
                            copy,
                            new Restoring.Told() {
                                @Override
                                public void progress(long done, long of) {}

                                @Override
                                public void note(String message) {}
                            })
                    .run(plan);
        }
        try (var database = RestoredDatabase.boot(copy.resolve("db"))) {
            return Recipients.read(database.connection(), true, List.of()).all().getFirst().id();
        }
    }

    private Archive archive() {
        return Archive.open(
                ObjectStores.open(StoreLocation.of(service.archiveUrl())),
                ArchiveKey.read(service.key()));
    }

    private List<String> to() {
        return relay.newest(1000).stream().map(CaughtMail::to).toList();
    }

    private static void awaitLine(Child server, String words) {
        Child.await(
                () -> {
                    try {
                        return server.errors().contains(words);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                words);
    }

    private Map<String, Integer> outcomes() throws Exception {
        Map<String, Integer> outcomes = new HashMap<>();
        try (var database = RestoredDatabase.boot(service.data().resolve("db"));
                Statement statement = database.connection().createStatement();
                ResultSet rows =
                        statement.executeQuery(
                                "select outcome, count(*) from delivery group by outcome")) {
            while (rows.next()) {
                outcomes.put(rows.getString(1), rows.getInt(2));
            }
        }
        return outcomes;
    }

    private Command notify(String... more) {
        List<String> words =
                new ArrayList<>(
                        List.of(
                                "notify",
                                "--config",
                                config.toString(),
                                "--subject",
                                "サーバーが止まっています",
                                "--body-file",
                                body.toString(),
                                "--contact",
                                "090-0000-0000"));
        words.addAll(List.of(more));
        return Command.run(words.toArray(String[]::new));
    }
}
