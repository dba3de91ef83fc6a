package org.todoku.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.DirectWork;
import org.todoku.appliance.demo.CaughtMail;
import org.todoku.appliance.demo.MailCatcher;
import org.todoku.backup.restore.RestoredDatabase;

/**
 * Two organisations on a server that is dead, with three members each whom mail may reach, one who
 * is in quarantine and one who has left: a notice to the members of one of them.
 */
class NotifyOrganisationsTest {
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir Path folder;
    private final MailCatcher own = new MailCatcher(InstantSource.system());
    private final MailCatcher second = new MailCatcher(InstantSource.system());
    private SampleService service;

    @BeforeEach
    void twoOrganisations() throws Exception {
        own.start();
        second.start();
        service = new SampleService(folder.resolve("service"), "local-or-archive").setUp();
        SampleService other = new SampleService(folder.resolve("other"), "local");
        Path file = folder.resolve("midori.zip");
        done(data(other.setUp("みどり小学校", "midori"), "export", "--to", file.toString()));
        Command made = done(data(service, "import", "--json", "--from", file.toString()));
        people("aoba", service.token());
        people("midori", result(made).path("token").asText());
    }

    @AfterEach
    void stop() {
        own.stop();
        second.stop();
    }

    @Test
    void theChosenOnesMembersAreToldAndNobodyElse() throws Exception {
        Command dry = tell("members", "--organisation", "midori", "--dry-run");
        assertThat(result(done(dry)).path("recipients").asInt()).isEqualTo(3);
        JsonNode sent = result(done(tell("members", "--organisation", "midori")));
        assertThat(sent.path("handedOver").asInt()).isEqualTo(3);
        assertThat(sent.path("notSent").asInt()).isZero();
        assertThat(to(second))
                .containsExactlyInAnyOrder(
                        "midori0@example.com", "midori1@example.com", "midori2@example.com");
        assertThat(to(own)).as("the server's own relay").isEmpty();

        returns();
        assertThat(ledger())
                .containsExactlyInAnyOrder(
                        "midori midori0@example.com handedOver",
                        "midori midori1@example.com handedOver",
                        "midori midori2@example.com handedOver");
        assertThat(to(second)).as("nobody gets it again").hasSize(3);
        assertThat(to(own)).isEmpty();
    }

    @Test
    void aSlugThatIsMistypedLeavesNobodyUntold() throws Exception {
        Command both =
                tell("members", "--organisation", "aoba", "--organisation", "midori", "--dry-run");
        assertThat(result(done(both)).path("recipients").asInt()).isEqualTo(6);
        Command mistyped = tell("members", "--organisation", "aoba", "--organisation", "midroi");
        assertThat(mistyped.status()).as(mistyped.toString()).isEqualTo(2);
        assertThat(mistyped.err()).contains("midroi", "one of: aoba, midori");
        assertThat(to(second)).isEmpty();
    }

    @Test
    void theChosenOnesAdministratorsAreTold() throws Exception {
        Command sent = done(tell("administrators", "--organisation", "midori"));
        assertThat(result(sent).path("handedOver").asInt()).isEqualTo(1);
        assertThat(to(second)).containsExactly("admin@midori.example.jp");
        assertThat(to(own)).isEmpty();
    }

    /** Three who are joined, one whose address is in quarantine, one who leaves. */
    private void people(String organisation, String token) throws Exception {
        service.useToken(token);
        try (Child server = service.serve()) {
            service.addMembers(organisation, 3);
            service.addMembers(organisation + "-left", 1);
            server.signal("TERM");
            assertThat(server.status()).isNotNegative();
        }
        Path list =
                Files.writeString(
                        folder.resolve(organisation + ".txt"),
                        organisation + "-gone@example.com\n");
        String from = list.toString();
        done(
                data(
                        service,
                        "import",
                        "--from",
                        from,
                        "--into",
                        organisation,
                        "--format",
                        "mailman",
                        "--stopped"));
        DirectWork.on(
                service.data(),
                service.config(),
                connection -> {
                    try (Statement statement = connection.createStatement()) {
                        int left =
                                statement.executeUpdate(
                                        "update member set state = 'left', left_at = 1 where name"
                                                + " like '%-left%'");
                        assertThat(left).isNotZero();
                    }
                });
    }

    private void returns() throws Exception {
        try (Child server = service.serve()) {
            Child.await(
                    () -> {
                        try {
                            return server.errors().contains("3 mails of the notice");
                        } catch (java.io.IOException e) {
                            throw new java.io.UncheckedIOException(e);
                        }
                    },
                    "the notice in the ledger");
            server.signal("TERM");
            assertThat(server.status()).isNotNegative();
        }
    }

    private List<String> ledger() throws Exception {
        List<String> rows = new ArrayList<>();
        try (var database = RestoredDatabase.boot(service.data().resolve("db"));
                Statement statement = database.connection().createStatement();
                ResultSet found =
                        statement.executeQuery(
                                """
                                select o.slug, d.address, d.outcome
                                  from delivery d join message m on m.id = d.message_id
                                  join organisation o on o.id = m.organisation_id""")) {
            while (found.next()) {
                rows.add(
                        "%s %s %s"
                                .formatted(
                                        found.getString(1),
                                        found.getString(2),
                                        found.getString(3)));
            }
        }
        return rows;
    }

    private Command tell(String whom, String... more) throws Exception {
        Path config = folder.resolve("notify.yaml");
        Files.writeString(
                config,
                """
                http: { public-url: "https://renraku.example.jp" }
                archive: { url: "%s", key-file: %s }
                mail: { domain: example.jp, relays: [ { url: "smtp://127.0.0.1:%d" } ] }
                status: { notice-relay: "smtp://127.0.0.1:%d" }
                """
                        .formatted(service.archiveUrl(), service.key(), own.port(), second.port()));
        Path body = Files.writeString(folder.resolve("body.txt"), "サーバーが止まっています。\n");
        List<String> all = new ArrayList<>(List.of("notify", "--json", "--yes"));
        all.addAll(List.of("--config", config.toString(), "--to", whom));
        all.addAll(List.of("--subject", "障害のお知らせ"));
        all.addAll(List.of("--body-file", body.toString()));
        all.addAll(List.of(more));
        return Command.run(all.toArray(String[]::new));
    }

    private static Command data(SampleService of, String act, String... more) {
        List<String> all = new ArrayList<>(List.of(act, "--data", of.data().toString()));
        all.addAll(List.of("--config", of.config().toString()));
        all.addAll(List.of(more));
        return Command.run(all.toArray(String[]::new));
    }

    private static Command done(Command command) {
        assertThat(command.status()).as(command.toString()).isZero();
        return command;
    }

    private static JsonNode result(Command command) throws Exception {
        String last = command.out().lines().reduce((a, b) -> b).orElseThrow();
        return JSON.readTree(last).path("result");
    }

    private static List<String> to(MailCatcher relay) {
        return relay.newest(1000).stream().map(CaughtMail::to).toList();
    }
}
